// The drop-in's embedded search against a frame that the tests hold.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { frameOf, tell, toldTo } from './fake.js';
import { app, open } from './fakeapp.js';
import { callsOf } from './plain.js';

const selected = {
  type: 'event',
  name: 'SELECT_INSTITUTION',
  metadata: { institution_id: 'ins_1', institution_name: 'Bank', request_id: 'r1' },
};

async function embed(t, path = '/place', config = { token: 'token' }) {
  const page = await open(t, path);
  await page.evaluate((c) => void (globalThis.search = Plaid.createEmbedded({ ...callbacks, ...c }, place)), config);
  const frame = await frameOf(page);
  await toldTo(frame, 1);
  return { page, frame };
}

const boxOf = (page) => page.locator('iframe').boundingBox();
const covered = async (page) => assert.deepEqual(await boxOf(page), { x: 0, y: 0, ...page.viewportSize() });

describe('an embedded search', () => {
  test('is shown in its element, and leaves the page alone', async (t) => {
    const { page, frame } = await embed(t);
    assert.deepEqual(await toldTo(frame, 1), [{ gingham: 'link', type: 'open', origin: app.site }]);
    const { searchParams } = new URL(await page.getAttribute('#place iframe', 'src'));
    assert.deepEqual(Object.fromEntries(searchParams), { parent: app.site, token: 'token', embedded: '1' });
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'BODY');
    await page.click('#after');
    assert.deepEqual(await page.evaluate(() => Object.keys(search)), ['destroy']);
  });

  for (const [path, content, height] of [
    ['/place', 320, 320],
    ['/place/high', 320, 500],
    ['/place/low', 320, 200],
    ['/place/least', 320, 320],
    ['/place/least', 420, 420],
  ]) {
    test(`of ${content} px is ${height} px high in ${path}`, async (t) => {
      const { page, frame } = await embed(t, path);
      await tell(frame, { type: 'resize', height: content });
      await tell(frame, { type: 'event', name: 'NEXT', metadata: {} });
      await callsOf(page, 2);
      const box = await boxOf(page);
      assert.deepEqual([box.width, box.height], [400, height]);
    });
  }

  for (const [name, view, modal] of [
    ['SELECT_INSTITUTION', null, true],
    ['SELECT_DOWN_INSTITUTION', null, true],
    ['MATCHED_SELECT_INSTITUTION', null, true],
    ['TRANSITION_VIEW', 'CREDENTIAL', true],
    ['TRANSITION_VIEW', 'SELECT_INSTITUTION', false],
    ['TRANSITION_VIEW', 'CONSENT', false],
    ['SEARCH_INSTITUTION', null, false],
    ['OPEN', null, false],
  ]) {
    test(`${modal ? 'is left' : 'goes on'} at ${name} ${view ?? ''}`, async (t) => {
      const { page, frame } = await embed(t);
      await tell(frame, { type: 'event', name, metadata: { view_name: view } });
      await callsOf(page, 2);
      assert.equal(await page.locator('dialog:modal').count(), modal ? 1 : 0);
    });
  }

  for (const path of ['/place', '/place/caught']) {
    test(`opens Link where it is, in ${path}`, async (t) => {
      const { page, frame } = await embed(t, path);
      await frame.evaluate(() => (globalThis.typed = 'kept'));
      await tell(frame, { type: 'resize', height: 4000 });
      await tell(frame, selected);
      await page.waitForSelector('dialog:modal');
      await covered(page);
      assert.equal(await frame.evaluate(() => typed), 'kept');
      assert.equal(await page.evaluate(() => document.activeElement.tagName), 'IFRAME');
      await tell(frame, { type: 'resize', height: 5000 });
      await tell(frame, { type: 'event', name: 'LAST', metadata: {} });
      await callsOf(page, 3);
      await covered(page);
      await tell(frame, { type: 'success', public_token: 'p', metadata: {} });
      assert.deepEqual(
        (await callsOf(page, 4)).map(([name]) => name),
        ['onLoad', 'onEvent', 'onEvent', 'onSuccess'],
      );
      assert.equal(await page.locator('iframe, dialog').count(), 0);
    });
  }

  test('searches anew when Link is left', async (t) => {
    const { page, frame } = await embed(t);
    await tell(frame, selected);
    await page.waitForSelector('dialog:modal');
    await tell(frame, { type: 'exit', error: null, metadata: {} });
    await callsOf(page, 3);
    const next = await frameOf(page);
    await toldTo(next, 1);
    assert.notEqual(next, frame);
    assert.equal(await page.locator('#place dialog:not(:modal) iframe').isVisible(), true);
    assert.equal(await page.evaluate(() => document.documentElement.style.overflow), '');
    await tell(next, selected);
    await page.waitForSelector('dialog:modal');
  });

  test('that fails of itself is not begun again', async (t) => {
    const { page, frame } = await embed(t);
    await tell(frame, { type: 'exit', error: { error_code: 'INVALID_LINK_TOKEN' }, metadata: {} });
    await callsOf(page, 2);
    assert.equal(await page.locator('iframe').count(), 0);
  });

  test('goes on with Link after a bank', async (t) => {
    const uri = app.site + '/?oauth_state_id=1';
    const { page } = await embed(t, '/place', { token: 'token', receivedRedirectUri: uri });
    await page.waitForSelector('dialog:modal');
    const { searchParams } = new URL(await page.getAttribute('iframe', 'src'));
    assert.deepEqual(Object.fromEntries(searchParams), { parent: app.site, token: 'token', receivedRedirectUri: uri });
    await covered(page);
  });

  test('is destroyed without a trace, whether Link is open or not', async (t) => {
    const { page, frame } = await embed(t);
    await tell(frame, selected);
    await page.waitForSelector('dialog:modal');
    await page.evaluate(() => {
      search.destroy();
      search.destroy();
    });
    assert.equal(await page.locator('iframe, dialog').count(), 0);
    assert.equal(await page.evaluate(() => document.documentElement.style.overflow), '');
  });

  test('needs a token and an element', async (t) => {
    const page = await open(t, '/place');
    const refusals = await page.evaluate(() =>
      [() => Plaid.createEmbedded({}, place), () => Plaid.createEmbedded({ token: 'token' }, null)].map((call) => {
        try {
          return call();
        } catch (error) {
          return error.message;
        }
      }),
    );
    assert.deepEqual(refusals, [
      'Missing Link parameter. Link requires a token to be provided.',
      'Link requires an element to embed its search in.',
    ]);
  });
});
