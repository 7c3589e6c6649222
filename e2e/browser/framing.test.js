// Which pages may have Link in them: the one that opened it, and no other.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newPage } from './browser.js';
import { app, begin, gingham, linkToken, oauthBank } from './world.js';

/** Whether a browser shows a page of Gingham's inside a page of a site. */
async function shows(t, site, path) {
  const page = await newPage(t, { expected: /frame-ancestors|X-Frame-Options/i });
  await page.goto(`${site}/frame?of=${encodeURIComponent(new URL(path, gingham.url))}`);
  const [, frame] = page.frames();
  return frame.url().startsWith(gingham.url) && (await frame.locator('#link, #bank').count()) > 0;
}

/** The path of a session's pages, which a page of the app has opened. */
async function sessionPath(t) {
  const { page, person } = await begin(t);
  await person.at('consent');
  const [, frame] = page.frames();
  return new URL(frame.url()).pathname;
}

const framePath = (token, parent) => '/link/frame?' + new URLSearchParams({ token, parent });

describe('a browser shows Link', () => {
  test('in the page that opened it, and in no other', async (t) => {
    const path = await sessionPath(t);
    assert.equal(await shows(t, app.site, path), true);
    assert.equal(await shows(t, app.otherSite, path), false);
  });

  test('in the page that it was opened for', async (t) => {
    const { link_token } = await linkToken();
    const path = framePath(link_token, app.site);
    assert.equal(await shows(t, app.site, path), true);
    assert.equal(await shows(t, app.otherSite, path), false);
  });

  test('in no page, where it is a page of its own', async (t) => {
    const { hosted_link_url } = await linkToken({ hosted_link: {} });
    assert.equal(await shows(t, app.site, hosted_link_url), false);
    const { link_token } = await linkToken();
    assert.equal(await shows(t, app.site, '/link/v2/stable/link.html?isWebview=true&token=' + link_token), false);
  });

  test('never with a bank’s page in another', async (t) => {
    const { page, person } = await begin(t);
    await person.choose(oauthBank);
    const [window] = await Promise.all([page.waitForEvent('popup'), person.press('Continue')]);
    await window.locator('#bank').waitFor();
    assert.equal(await shows(t, app.site, new URL(window.url()).pathname), false);
  });

  test('for no origin that the client did not allow', async () => {
    const { link_token } = await linkToken();
    for (const parent of ['https://stranger.example', 'http://localhost.stranger.example', 'null', '', '*', 'data:,']) {
      const answer = await fetch(gingham.url + framePath(link_token, parent), { redirect: 'manual' });
      assert.equal(answer.status, 403, parent);
    }
  });
});
