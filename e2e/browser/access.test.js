// What every pane must be: free of what axe finds, in light and dark, on a telephone and on a desk;
// and Link as a whole: usable by keyboard alone. With GINGHAM_SCREENSHOTS, a folder, each pane is put
// there as a picture.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import axe from 'axe-core';
import { newPage } from './browser.js';
import { walks } from './panes.js';
import { app, bank, client, exchange, linkToken, openLink, personIn } from './world.js';

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

/** Opens Link for a walk. */
async function openWalk(t, { kind, more, token, update }, options) {
  if (update) {
    const { data } = await client.sandboxPublicTokenCreate({ institution_id: bank, initial_products: ['transactions'] });
    more = { access_token: (await exchange(data.public_token)).access_token, products: undefined };
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

const looks = ['light', 'dark'].flatMap((colorScheme) => [
  { colorScheme, width: 390, height: 844 },
  { colorScheme, width: 1280, height: 800 },
]);

describe('every pane', () => {
  for (const [name, walk] of Object.entries(walks)) {
    test(name, async (t) => {
      const { page, person } = await openWalk(t, walk, { reducedMotion: 'reduce' });
      const found = {};
      for (const [pane, step] of walk.steps) {
        await step(person, page);
        for (const { colorScheme, width, height } of looks) {
          const look = `${pane}-${width}-${colorScheme}`;
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height });
          const faults = await violations(page);
          if (faults.length > 0) {
            found[look] = faults;
          }
          if (folder) {
            await page.screenshot({ path: join(folder, look + '.png') });
          }
        }
      }
      assert.deepEqual(found, {});
    });
  }
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

test('the keyboard is enough', async (t) => {
  const { page, person } = await openWalk(t, {});
  const { keyboard } = page;
  const focused = () => person.place.locator(':focus');
  /** Goes on to what has a name. */
  async function tabTo(name) {
    for (let n = 0; n < 30; n++) {
      await keyboard.press('Tab');
      if (
        (await focused().count()) &&
        (await focused().evaluate((e, text) => (e.ariaLabel ?? e.labels?.[0]?.textContent ?? e.textContent).includes(text), name))
      ) {
        return;
      }
    }
    assert.fail(`${name} is not reached`);
  }
  await person.at('consent');
  await tabTo('Continue');
  await keyboard.press('Enter');
  await person.at('institution');
  await tabTo('Search for your bank');
  await keyboard.type('tartan');
  await person.place.locator('#results').getByText('Tartan Bank').waitFor();
  await tabTo('Tartan Bank');
  await keyboard.press('Enter');
  await person.at('answer');
  assert.equal(await focused().evaluate((e) => e.tagName), 'H1');
  await tabTo('Username');
  await keyboard.type('user_good');
  await tabTo('Password');
  await keyboard.type('mfa_selections');
  await keyboard.press('Enter');
  await person.place.getByRole('radio').first().waitFor();
  await tabTo('Yes');
  await keyboard.press('Space');
  await keyboard.press('Enter');
  await person.at('accounts');
  await tabTo('Plaid Checking');
  await keyboard.press('Space');
  await tabTo('Continue');
  await keyboard.press('Enter');
  await person.at('connected');
  await tabTo('Continue');
  await keyboard.press('Enter');
  await page.waitForFunction(() => calls.some(([name]) => name === 'onSuccess'));
  assert.equal(await page.evaluate(() => document.activeElement.id), 'connect');
});
