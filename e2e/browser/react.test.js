// npm's react-plaid-link, unedited, with the drop-in and a frame that the tests hold.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newPage, stopClock } from './browser.js';
import { fakeGingham, frameOf, scriptPath, tell, toldTo } from './fake.js';
import { callsOf } from './plain.js';
import { reactPage, reactScript } from './react.js';
import { serve } from './site.js';

const gingham = await fakeGingham();
const app = await serve({ '/': reactPage(gingham.origin + scriptPath), '/react.js': await reactScript() });

async function connect(t) {
  const page = await newPage(t);
  await page.goto(app.site + '/?token=token');
  await page.click('text=Connect');
  const frame = await frameOf(page);
  await toldTo(frame, 1);
  return { page, frame };
}

const named = async (page, length) => (await callsOf(page, length)).map(([name]) => name).filter((name) => name !== 'onLoad');

describe('react-plaid-link', () => {
  test('opens Link and hands over its result', async (t) => {
    const { page, frame } = await connect(t);
    // Strict mode makes every handler twice, and destroys the first.
    assert.equal(await page.locator('iframe').count(), 1);
    await tell(frame, { type: 'success', public_token: 'p', metadata: { accounts: [] } });
    await page.waitForFunction(() => calls.some(([name]) => name === 'onSuccess'));
    assert.deepEqual((await callsOf(page, 1)).at(-1), ['onSuccess', 'p', { accounts: [] }]);
    await page.click('text=Connect');
    await toldTo(await frameOf(page), 1);
  });

  test('leaves Link, with and without force', async (t) => {
    const { page, frame } = await connect(t);
    await stopClock(page);
    await page.evaluate(() => leave());
    assert.equal((await toldTo(frame, 2))[1].force, false);
    await page.evaluate(() => leave({ force: true }));
    assert.equal((await toldTo(frame, 3))[2].force, true);
    await tell(frame, { type: 'exit', error: null, metadata: {} });
    await page.waitForSelector('iframe', { state: 'detached' });
    assert.deepEqual(await named(page, 1), ['onExit']);
  });

  test('closes Link when its component goes', async (t) => {
    const { page, frame } = await connect(t);
    await frame.evaluate(() => addEventListener('message', () => tell({ type: 'exit', error: null, metadata: {} })));
    await page.evaluate(() => unmount());
    await page.waitForSelector('dialog', { state: 'detached' });
    assert.deepEqual(await named(page, 1), ['onExit']);
  });

  test('embeds the search', async (t) => {
    const page = await newPage(t);
    await page.goto(app.site + '/?token=token&embedded');
    const frame = await frameOf(page);
    await toldTo(frame, 1);
    assert.equal(await page.locator('main iframe').isVisible(), true);
    await page.evaluate(() => unmount());
    await page.waitForSelector('iframe', { state: 'detached' });
  });
});
