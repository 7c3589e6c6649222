// What Link weighs, and how soon it is seen, which is told and nothing more: it is the machine's as much as Link's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newPage } from './browser.js';
import { app, gingham, linkToken, personIn } from './world.js';

/** All bytes that a page has of Gingham, bodies as they are sent, by the last of their path. */
function weigh(page) {
  const answers = [];
  page.on('requestfinished', (request) => {
    if (request.url().startsWith(gingham.url)) {
      answers.push(request);
    }
  });
  return async () => {
    const sizes = {};
    for (const request of answers) {
      const name = new URL(request.url()).pathname.replace(/^\/link\/(s\/.*|[0-9a-f-]{36})$/, 'a page of a session');
      sizes[name] = (sizes[name] ?? 0) + (await request.sizes()).responseBodySize;
    }
    return sizes;
  };
}

const total = (sizes) => Object.values(sizes).reduce((sum, size) => sum + size, 0);
const painted = (frame) => frame.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);

test('the drop-in and its first pane are light', async (t) => {
  const { link_token } = await linkToken();
  const page = await newPage(t);
  const weighed = weigh(page);
  await page.goto(app.site);
  await page.evaluate((token) => void (globalThis.link = newLink({ token })), link_token);
  await page.click('#connect');
  await personIn(page.frameLocator('#plaid-link-iframe-1')).at('consent');
  await page.frames()[1].waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length);
  const sizes = await weighed();
  t.diagnostic(`bytes: ${JSON.stringify(sizes)}, ${total(sizes)} in all`);
  t.diagnostic(`first contentful paint: ${Math.round(await painted(page.frames()[1]))} ms after the frame was begun`);
  assert.ok(sizes['/link/v2/stable/link-initialize.js'] && sizes['a page of a session'], JSON.stringify(sizes));
  assert.ok(total(sizes) < 60 * 1024, `${total(sizes)} bytes`);
});

test('a page of its own is light, to its end', async (t) => {
  const { hosted_link_url } = await linkToken({ hosted_link: {} });
  const page = await newPage(t);
  const weighed = weigh(page);
  await page.goto(hosted_link_url);
  const person = personIn(page);
  await person.at('consent');
  const first = total(await weighed());
  t.diagnostic(`bytes of the first pane: ${first}`);
  await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length);
  t.diagnostic(`first contentful paint: ${Math.round(await painted(page.mainFrame()))} ms after the page was asked for`);
  assert.ok(first > 0 && first < 60 * 1024, `${first} bytes`);
  await person.connect();
  await person.share('0000');
  await person.press('Continue');
  await person.at('done');
  const all = total(await weighed());
  t.diagnostic(`bytes of the whole: ${all}`);
  assert.ok(all < 2 * 60 * 1024, `${all} bytes`);
});
