// What every pane must be: free of what axe finds, in light and dark, on a telephone and on a desk.
// With GINGHAM_SCREENSHOTS, a folder, each pane is put there as a picture of the four.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import axe from 'axe-core';
import { newPage, refusal } from './browser.js';
import { walks } from './panes.js';
import { looks, together } from './pictures.js';
import { app, begin, exchange, linkToken, openLink, personIn, visit } from './world.js';

const folder = process.env.GINGHAM_SCREENSHOTS;
if (folder) {
  mkdirSync(folder, { recursive: true });
}

/** What axe finds wrong in a page's frames but the app's own. */
async function violations(page) {
  const found = [];
  for (const frame of page.frames().filter((f) => !f.url().startsWith(app.site))) {
    if (!(await frame.evaluate(() => 'axe' in globalThis))) {
      await frame.evaluate(axe.source);
    }
    const { violations } = await frame.evaluate(() => axe.run(document, { iframes: false }));
    found.push(...violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`)));
  }
  return found;
}

/** Links one account of an institution's, and returns the access token. */
async function linkOne(t) {
  const { page, person } = await begin(t);
  await person.connect();
  await person.share('0000');
  await person.press('Continue');
  await page.waitForFunction(() => calls.some(([name]) => name === 'onSuccess'));
  const [, public_token] = await page.evaluate(() => calls.find(([name]) => name === 'onSuccess'));
  return (await exchange(public_token)).access_token;
}

/** Opens Link for a walk. */
async function openWalk(t, { kind, more, token, update }, options) {
  if (update) {
    more = { access_token: await linkOne(t), products: undefined, update };
  }
  const { link_token, hosted_link_url } = token
    ? { link_token: token }
    : await linkToken({ ...more, hosted_link: kind === 'hosted' ? {} : undefined });
  switch (kind) {
    case 'hosted': {
      const page = await newPage(t, options);
      await page.goto(hosted_link_url);
      return { page, person: personIn(page) };
    }
    case 'gateway': {
      const page = await newPage(t, options);
      await page.goto(await visit(app.site + '/done'));
      return { page, person: personIn(page) };
    }
    case 'embedded': {
      const page = await newPage(t, options);
      await page.goto(app.site + '/place');
      await page.evaluate((token) => void Plaid.createEmbedded({ token, ...callbacks }, place), link_token);
      return { page, person: personIn(page.frameLocator('#place iframe')) };
    }
    default:
      return openLink(t, { token: link_token }, options);
  }
}

describe('every pane', () => {
  for (const [name, walk] of Object.entries(walks)) {
    test(name, async (t) => {
      const { page, person } = await openWalk(t, walk, { reducedMotion: 'reduce', expected: refusal });
      const found = {};
      const pictures = {};
      for (const [pane, step] of walk.steps) {
        await step(person, page);
        pictures[pane] = [];
        for (const { name, colorScheme, width, height } of looks) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height });
          const faults = await violations(page);
          if (faults.length > 0) {
            found[`${pane}, ${name}`] = faults;
          }
          if (folder) {
            await page.mouse.move(0, 0);
            pictures[pane].push(await page.screenshot());
          }
        }
      }
      if (folder) {
        const studio = await newPage(t);
        for (const [pane, shots] of Object.entries(pictures)) {
          writeFileSync(join(folder, pane + '.webp'), await together(studio, shots));
        }
      }
      assert.deepEqual(found, {});
    });
  }
});

test('every pane has its picture in docs/link-panes', () => {
  const shown = new URL('../../docs/link-panes/', import.meta.url);
  const panes = Object.values(walks).flatMap(({ steps }) => steps.map(([pane]) => pane + '.webp'));
  assert.deepEqual(
    readdirSync(shown)
      .filter((name) => name !== 'README.md')
      .sort(),
    panes.sort(),
  );
  const text = readFileSync(new URL('README.md', shown), 'utf8');
  assert.deepEqual([...text.matchAll(/!\[\]\((.*?)\)/g)].map(([, name]) => name).sort(), panes);
});

test('axe finds what is wrong in the frame', async (t) => {
  const { page, person } = await openWalk(t, {});
  await person.at('consent');
  const [, frame] = page.frames();
  await frame.evaluate(() => document.querySelector('main').append(document.createElement('button')));
  assert.match((await violations(page)).join(), /button-name/);
});

test('the drop-in waits in a way that axe finds nothing wrong with', async (t) => {
  const page = await newPage(t);
  // A frame that never answers.
  await page.route('**/link/frame?*', () => {});
  await page.goto(app.site);
  await page.evaluate(() => newLink({ token: 'any' }).open());
  await page.getByRole('button', { name: 'Close' }).waitFor();
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => axe.run('dialog', { iframes: false }));
  assert.deepEqual(
    violations.map(({ id, nodes }) => [id, nodes[0].html]),
    [],
  );
});
