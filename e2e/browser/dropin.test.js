// The drop-in script against a frame that the tests hold: what it makes, and the dialog.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newPage } from './browser.js';
import { frameOf, leftMetadata, source, tell, toldTo } from './fake.js';
import { app, create, gingham, open, opened, script } from './fakeapp.js';
import { callsOf } from './plain.js';

describe('the script', () => {
  test('is small, and leaves one global behind', async (t) => {
    assert.ok(source.length < 15 * 1024, `${source.length} bytes`);
    const page = await newPage(t);
    await page.goto(app.site + '/empty');
    const names = () => Object.getOwnPropertyNames(globalThis);
    const before = new Set(await page.evaluate(names));
    await page.addScriptTag({ url: script });
    const added = (await page.evaluate(names)).filter((name) => !before.has(name));
    assert.deepEqual(added, ['Plaid']);
    const shape = await page.evaluate(() => Object.entries(Plaid).map(([key, value]) => [key, typeof value]));
    assert.deepEqual(shape.sort(), [
      ['create', 'function'],
      ['createEmbedded', 'function'],
      ['version', 'string'],
    ]);
  });

  test('takes its own origin for Gingham where none was written into it', async (t) => {
    const page = await open(t, '/copy');
    await page.evaluate(() => void newLink({ token: 'token' }));
    const src = await page.getAttribute('#plaid-link-iframe-1[src]', 'src');
    assert.equal(new URL(src).origin, gingham.elsewhere);
  });

  test('needs no more of a page’s policy than its own origin', async (t) => {
    const { page, frame } = await opened(t, undefined, '/strict');
    await tell(frame, { type: 'success', public_token: 'p', metadata: {} });
    assert.deepEqual((await callsOf(page, 2)).at(-1), ['onSuccess', 'p', {}]);
  });
});

describe('create', () => {
  test('loads a frame that is not shown, and says so once', async (t) => {
    const { page, frame } = await create(t, { token: 'token', env: 'sandbox', key: undefined, product: ['auth'] });
    const element = page.locator('#plaid-link-iframe-1');
    const url = new URL(await element.getAttribute('src'));
    assert.equal(url.origin + url.pathname, gingham.origin + '/link/frame');
    assert.deepEqual(Object.fromEntries(url.searchParams), { parent: app.site, token: 'token' });
    assert.equal(await element.getAttribute('title'), 'Plaid Link');
    assert.equal(await element.isVisible(), false);
    await tell(frame, { type: 'ready', link_session_id: 'again' });
    await tell(frame, { type: 'event', name: 'LAST', metadata: {} });
    assert.deepEqual(
      (await callsOf(page, 2)).map(([name]) => name),
      ['onLoad', 'onEvent'],
    );
    assert.deepEqual(await toldTo(frame, 0), []);
  });

  test('is patient with an app that opens it late', async (t) => {
    const page = await newPage(t);
    await page.clock.install();
    await page.goto(app.site);
    await page.evaluate(() => void (globalThis.link = newLink({ token: 'token' })));
    const frame = await frameOf(page);
    await callsOf(page, 1);
    await page.clock.fastForward('01:00:00');
    await page.evaluate(() => link.open());
    await toldTo(frame, 1);
    assert.equal((await callsOf(page, 1)).length, 1);
  });

  test('throws without a token, and takes a redirect URI for one', async (t) => {
    const page = await open(t);
    const results = await page.evaluate(() =>
      [
        undefined,
        {},
        { token: null },
        { token: '', key: undefined },
        { token: null, receivedRedirectUri: 'https://app.example/?oauth_state_id=1' },
      ].map((config) => {
        try {
          return Object.keys(Plaid.create(config)).sort();
        } catch (error) {
          return error.message;
        }
      }),
    );
    const missing = 'Missing Link parameter. Link requires a token to be provided.';
    assert.deepEqual(results, [missing, missing, missing, missing, ['destroy', 'exit', 'open', 'submit']]);
    const url = new URL(await page.getAttribute('iframe[src]', 'src'));
    assert.deepEqual(Object.fromEntries(url.searchParams), {
      parent: app.site,
      receivedRedirectUri: 'https://app.example/?oauth_state_id=1',
    });
  });

  test('does without callbacks', async (t) => {
    const page = await open(t);
    await page.evaluate(() => Plaid.create({ token: 'token' }).open());
    const frame = await frameOf(page);
    await toldTo(frame, 1);
    await tell(frame, { type: 'event', name: 'OPEN', metadata: {} });
    await tell(frame, { type: 'exit', error: null, metadata: {} });
    await page.waitForSelector('iframe', { state: 'detached' });
  });
});

describe('an open Link', () => {
  test('covers the page, which is inert and stays where it is', async (t) => {
    const { page, frame } = await opened(t);
    assert.deepEqual(await toldTo(frame, 1), [{ gingham: 'link', type: 'open', origin: app.site }]);
    const { width, height } = page.viewportSize();
    assert.deepEqual(await page.locator('iframe').boundingBox(), { x: 0, y: 0, width, height });
    assert.equal(await page.evaluate(() => document.activeElement.id), 'plaid-link-iframe-1');
    // What is behind takes neither the focus nor a click, and doesn't scroll.
    await page.evaluate(() => connect.focus());
    assert.equal(await page.evaluate(() => document.activeElement.id), 'plaid-link-iframe-1');
    const hit = await page.evaluate(() => document.elementFromPoint(5, 5).id);
    assert.equal(hit, 'plaid-link-iframe-1');
    await page.mouse.move(200, 200);
    await page.mouse.wheel(0, 500);
    await page.keyboard.press('PageDown');
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    assert.equal(await page.evaluate(() => scrollY), 0);
  });

  test('gives the focus back, and the page its scrolling', async (t) => {
    const { page, frame } = await opened(t);
    await tell(frame, { type: 'exit', error: null, metadata: leftMetadata });
    assert.deepEqual((await callsOf(page, 2)).at(-1), ['onExit', null, leftMetadata]);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'connect');
    assert.equal(await page.evaluate(() => document.documentElement.style.overflow), '');
    assert.equal(await page.locator('iframe, dialog').count(), 0);
  });

  test('fits any page’s styles', async (t) => {
    const { page } = await create(t, { token: 'token' }, '/styled');
    assert.equal(await page.locator('dialog').isVisible(), false);
    await page.evaluate(() => link.open());
    const { width, height } = page.viewportSize();
    assert.deepEqual(await page.locator('iframe').boundingBox(), { x: 0, y: 0, width, height });
  });

  test('lies above a modal dialog of the page', async (t) => {
    const { page, frame } = await create(t, { token: 'token' }, '/modal');
    await page.evaluate(() => own.showModal());
    await page.evaluate(() => link.open());
    await frame.click('button');
    await tell(frame, { type: 'exit', error: null, metadata: leftMetadata });
    await callsOf(page, 2);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'inner');
  });

  test('hands over events and the result as they are', async (t) => {
    const page = await open(t);
    await page.evaluate(() => {
      const onSuccess = (...values) => calls.push([...values, document.querySelectorAll('dialog').length]);
      newLink({ token: 'token', onLoad: null, onSuccess }).open();
    });
    const frame = await frameOf(page);
    await toldTo(frame, 1);
    const event = { view_name: 'CONSENT', request_id: 'r1' };
    await tell(frame, { type: 'event', name: 'TRANSITION_VIEW', metadata: event });
    const metadata = { institution: null, accounts: [{ id: 'a' }], link_session_id: 's', transfer_status: null };
    await tell(frame, { type: 'success', public_token: null, metadata });
    assert.deepEqual(await callsOf(page, 2), [
      ['onEvent', 'TRANSITION_VIEW', event],
      [null, metadata, 0],
    ]);
  });

  test('survives Escape, which asks to leave', async (t) => {
    const { page, frame } = await opened(t);
    const keys = frame.evaluate(() => new Promise((done) => addEventListener('keydown', ({ key }) => done(key))));
    await frame.click('button');
    await page.keyboard.press('Escape');
    assert.equal(await keys, 'Escape');
    assert.equal((await toldTo(frame, 1)).length, 1);
    // With the focus outside of the frame the browser asks the dialog, and after
    // some times no longer asks.
    await page.evaluate(() => {
      globalThis.seen = { cancel: 0, close: 0 };
      for (const type in seen) document.querySelector('dialog').addEventListener(type, () => seen[type]++);
    });
    const escapeUntil = async (type) => {
      for (let n = 0; n < 20 && !(await page.evaluate((of) => seen[of], type)); n++) {
        await page.evaluate(() => document.activeElement.blur());
        await page.keyboard.press('Escape');
      }
    };
    await escapeUntil('cancel');
    assert.deepEqual((await toldTo(frame, 2))[1], { gingham: 'link', type: 'exit', force: false, origin: app.site });
    assert.equal(await page.evaluate(() => seen.close), 0);
    await escapeUntil('close');
    await page.waitForFunction(() => seen.close && document.querySelector('dialog:modal'));
    assert.deepEqual(
      (await callsOf(page, 1)).map(([name]) => name),
      ['onLoad'],
    );
  });

  test('navigates the page to a bank, never to code', async (t) => {
    const { page, frame } = await opened(t);
    await tell(frame, { type: 'redirect', url: 'javascript:calls.push(["code"])' });
    await tell(frame, { type: 'event', name: 'NEXT', metadata: {} });
    assert.deepEqual(
      (await callsOf(page, 2)).map(([name]) => name),
      ['onLoad', 'onEvent'],
    );
    await tell(frame, { type: 'redirect', url: gingham.origin + '/impostor?bank' });
    await page.waitForURL(gingham.origin + '/impostor?bank');
  });
});
