// The drop-in's handlers against a frame that the tests hold: how they wait, leave and end, and whom they hear.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newPage, stopClock } from './browser.js';
import { frameOf, leftMetadata, nothingSeen, tell, toldTo } from './fake.js';
import { app, create, gingham, open, opened } from './fakeapp.js';
import { callsOf } from './plain.js';

describe('a handler', () => {
  test('waits for the frame with what it is asked', async (t) => {
    const page = await open(t);
    await page.evaluate(() => {
      globalThis.link = newLink({ token: 'slow' });
      link.submit({ phone_number: '+14155550010' });
      link.open();
      link.submit({ date_of_birth: '1990-01-31', other: 1 });
      link.open();
    });
    const frame = await frameOf(page);
    assert.equal(await page.getByRole('button', { name: 'Close' }).isVisible(), true);
    assert.equal(await page.locator('iframe').isVisible(), false);
    await frame.evaluate(() => ready());
    assert.deepEqual(await toldTo(frame, 3), [
      { gingham: 'link', type: 'open', origin: app.site },
      { gingham: 'link', type: 'submit', phone_number: '+14155550010', origin: app.site },
      { gingham: 'link', type: 'submit', date_of_birth: '1990-01-31', origin: app.site },
    ]);
    assert.equal(await page.locator('iframe').isVisible(), true);
    assert.equal(await page.getByRole('button', { name: 'Close' }).count(), 0);
    assert.equal(await page.evaluate(() => document.activeElement.id), 'plaid-link-iframe-1');
  });

  for (const [name, leave] of [
    ['the button', (page) => page.click('button[aria-label=Close]')],
    ['Escape', (page) => page.keyboard.press('Escape')],
    ['exit', (page) => page.evaluate(() => link.exit())],
    ['exit by force', (page) => page.evaluate(() => link.exit({ force: true }))],
  ]) {
    test(`can be left by ${name} before the frame has loaded`, async (t) => {
      const page = await open(t);
      await page.evaluate(() => (globalThis.link = newLink({ token: 'slow' })).open());
      await frameOf(page);
      await leave(page);
      assert.deepEqual(await callsOf(page, 1), [['onExit', null, nothingSeen]]);
      assert.equal(await page.locator('iframe, dialog').count(), 0);
    });
  }

  test('asks before it leaves', async (t) => {
    const { page, frame } = await opened(t);
    await page.evaluate(() => link.exit());
    assert.deepEqual((await toldTo(frame, 2))[1], { gingham: 'link', type: 'exit', force: false, origin: app.site });
    assert.equal(await page.locator('dialog:modal').count(), 1);
  });

  for (const options of [{ force: true }, true]) {
    test(`leaves at once by exit(${JSON.stringify(options)})`, async (t) => {
      const { page, frame } = await opened(t);
      await stopClock(page);
      await page.evaluate((o) => link.exit(o), options);
      assert.equal(await page.locator('dialog').isVisible(), false);
      assert.deepEqual((await toldTo(frame, 2))[1], { gingham: 'link', type: 'exit', force: true, origin: app.site });
      const left = { ...leftMetadata, status: 'requires_credentials' };
      await tell(frame, { type: 'event', name: 'EXIT', metadata: {} });
      await tell(frame, { type: 'exit', error: null, metadata: left });
      await callsOf(page, 3);
      await page.clock.fastForward(3000);
      assert.deepEqual((await callsOf(page, 3)).slice(1), [
        ['onEvent', 'EXIT', {}],
        ['onExit', null, left],
      ]);
      assert.equal(await page.locator('iframe').count(), 0);
    });
  }

  test('leaves by force though the frame says nothing', async (t) => {
    const { page, frame } = await opened(t);
    await tell(frame, {
      type: 'event',
      name: 'SELECT_INSTITUTION',
      metadata: { institution_id: 'ins_1', institution_name: 'Bank', request_id: 'r1' },
    });
    await callsOf(page, 2);
    await stopClock(page);
    await page.evaluate(() => link.exit({ force: true }));
    await page.clock.fastForward(2999);
    assert.equal((await callsOf(page, 2)).length, 2);
    await page.clock.fastForward(1);
    const metadata = { ...leftMetadata, institution: { institution_id: 'ins_1', name: 'Bank' } };
    assert.deepEqual((await callsOf(page, 3)).at(-1), ['onExit', null, metadata]);
    assert.equal(await page.locator('iframe').count(), 0);
  });

  test('tells the next page in the frame, where the last one could not hear it', async (t) => {
    const { page, frame } = await opened(t);
    await stopClock(page);
    await page.evaluate(() => link.exit({ force: true }));
    await toldTo(frame, 2);
    await Promise.all([frame.waitForNavigation(), frame.evaluate(() => location.assign('/impostor' + location.search))]);
    assert.deepEqual((await toldTo(frame, 1))[0], { gingham: 'link', type: 'exit', force: true, origin: app.site });
  });

  test('that is closed has nothing to leave', async (t) => {
    const { page, frame } = await create(t);
    await page.evaluate(() => {
      link.exit();
      link.exit({ force: true });
    });
    await tell(frame, { type: 'event', name: 'LAST', metadata: {} });
    assert.deepEqual(
      (await callsOf(page, 2)).map(([name]) => name),
      ['onLoad', 'onEvent'],
    );
    assert.deepEqual(await toldTo(frame, 0), []);
  });

  test('is destroyed once, without a trace', async (t) => {
    const { page } = await opened(t);
    await page.evaluate(() => {
      link.destroy();
      link.destroy();
      link.open();
      link.exit(true);
      link.submit({ phone_number: '1' });
    });
    assert.equal(await page.locator('iframe, dialog').count(), 0);
    assert.equal(await page.evaluate(() => document.documentElement.style.overflow), '');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'connect');
    assert.deepEqual(
      (await callsOf(page, 1)).map(([name]) => name),
      ['onLoad'],
    );
  });

  test('that is destroyed as soon as it is made begins no session', async (t) => {
    const page = await open(t);
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.evaluate(() => {
      newLink({ token: 'first' }).destroy();
      globalThis.link = newLink({ token: 'second' });
    });
    await callsOf(page, 1);
    assert.deepEqual(
      asked.map((url) => new URL(url).searchParams.get('token')),
      ['second'],
    );
  });

  test('may be destroyed by its own callbacks', async (t) => {
    const page = await open(t);
    await page.evaluate(() => {
      globalThis.link = Plaid.create({
        token: 'token',
        onExit: (...values) => {
          calls.push(['onExit', ...values]);
          link.destroy();
        },
      });
      link.open();
    });
    const frame = await frameOf(page);
    await toldTo(frame, 1);
    await tell(frame, { type: 'exit', error: null, metadata: leftMetadata });
    assert.deepEqual(await callsOf(page, 1), [['onExit', null, leftMetadata]]);
  });

  test('opens again, with a session of its own', async (t) => {
    const config = { token: 'token', receivedRedirectUri: app.site + '/?oauth_state_id=1' };
    const { page, frame } = await opened(t, config);
    assert.match(await page.getAttribute('iframe', 'src'), /oauth_state_id/);
    await tell(frame, { type: 'exit', error: null, metadata: leftMetadata });
    await callsOf(page, 2);
    await page.evaluate(() => {
      link.submit({ phone_number: 'of the last session' });
      link.open();
    });
    const next = await frameOf(page);
    assert.deepEqual(
      (await toldTo(next, 1)).map(({ type }) => type),
      ['open'],
    );
    assert.doesNotMatch(await page.getAttribute('iframe', 'src'), /oauth_state_id/);
    await tell(next, { type: 'success', public_token: 'p', metadata: {} });
    assert.deepEqual(
      (await callsOf(page, 3)).map(([name]) => name),
      ['onLoad', 'onExit', 'onSuccess'],
    );
  });

  test('opens again before Link has said how it was left', async (t) => {
    const { page } = await opened(t);
    await page.evaluate(() => {
      link.exit(true);
      link.open();
    });
    assert.deepEqual((await callsOf(page, 2))[1], ['onExit', null, { ...nothingSeen, link_session_id: 'session' }]);
    await toldTo(await frameOf(page), 1);
    assert.equal(await page.locator('dialog:modal').count(), 1);
  });

  test('is one of several', async (t) => {
    const page = await open(t);
    await page.evaluate(() => {
      globalThis.links = ['a', 'b'].map((token) => newLink({ token, onEvent: (name) => calls.push([token, name]) }));
      links.forEach((link) => link.open());
    });
    const [a, b] = [await frameOf(page, 1), await frameOf(page, 2)];
    await Promise.all([toldTo(a, 1), toldTo(b, 1)]);
    await tell(b, { type: 'event', name: 'B', metadata: {} });
    await callsOf(page, 3);
    await tell(a, { type: 'event', name: 'A', metadata: {} });
    assert.deepEqual((await callsOf(page, 4)).slice(2), [
      ['b', 'B'],
      ['a', 'A'],
    ]);
    await tell(b, { type: 'exit', error: null, metadata: {} });
    await callsOf(page, 5);
    assert.equal(await page.evaluate(() => document.documentElement.style.overflow), 'hidden');
    await page.evaluate(() => links[0].destroy());
    assert.equal(await page.evaluate(() => document.documentElement.style.overflow), '');
    await page.evaluate(() => void newLink({ token: 'c' }));
    await frameOf(page, 1);
  });

  test('hears nobody but its frame', async (t) => {
    const { page, frame } = await opened(t);
    await page.evaluate(
      async ({ origin, elsewhere }) => {
        const messages = ['success', 'exit', 'event', 'redirect'].map((type) => ({
          gingham: 'link',
          type,
          url: '/',
          metadata: {},
        }));
        messages.forEach((m) => postMessage(m));
        // Another frame of the same origin; a frame of another origin.
        for (const from of [origin, elsewhere]) {
          const other = document.createElement('iframe');
          other.src = `${from}/impostor?token=slow&parent=${location.origin}`;
          document.body.append(other);
          await new Promise((done) => (other.onload = done));
        }
      },
      { origin: gingham.origin, elsewhere: gingham.elsewhere },
    );
    const impostors = page.frames().filter((f) => f.url().includes('impostor'));
    assert.equal(impostors.length, 2);
    for (const impostor of impostors) {
      await tell(impostor, { type: 'success', public_token: 'forged', metadata: {} });
    }
    // Link's own frame, gone to another origin.
    await Promise.all([
      frame.waitForNavigation(),
      frame.evaluate((url) => location.assign(url + location.search), gingham.elsewhere + '/impostor'),
    ]);
    await tell(frame, { type: 'success', public_token: 'forged', metadata: {} });
    // And what isn't Link's.
    await Promise.all([
      frame.waitForNavigation(),
      frame.evaluate((url) => location.assign(url + location.search), gingham.origin + '/impostor'),
    ]);
    await frame.evaluate((parentOrigin) => {
      for (const m of [null, 'text', 1, {}, { type: 'exit' }, { gingham: 'link', type: 'unknown' }]) {
        parent.postMessage(m, parentOrigin);
      }
    }, app.site);
    await tell(frame, { type: 'event', name: 'LAST', metadata: {} });
    assert.deepEqual(
      (await callsOf(page, 2)).map(([name, value]) => value ?? name),
      ['onLoad', 'LAST'],
    );
  });

  /** Makes a Link in a page that may not have it, whose frame is loaded, and whose clock stands. */
  async function createRefused(t) {
    const page = await newPage(t, { expected: /frame-ancestors|did not load from/ });
    await page.goto(app.site);
    await stopClock(page);
    await page.evaluate(() => {
      globalThis.link = newLink({ token: 'refused' });
      globalThis.loaded = new Promise((done) => document.querySelector('iframe').addEventListener('load', done));
    });
    await page.clock.runFor(1);
    await page.evaluate(() => loaded);
    return page;
  }
  const complaint = (page) => page.waitForEvent('console', (message) => message.text().includes('allowed origins'));

  test('tries again where Link had not loaded', async (t) => {
    const page = await createRefused(t);
    await Promise.all([complaint(page), page.clock.fastForward(5000)]);
    assert.deepEqual(await callsOf(page, 0), []);
    await page.evaluate(() => link.open());
    await Promise.all([page.waitForRequest(/token=refused/), page.clock.runFor(1)]);
  });

  test('tells an app whose origin is refused', async (t) => {
    const page = await createRefused(t);
    await page.evaluate(() => link.open());
    await Promise.all([complaint(page), page.clock.fastForward(5000)]);
    const [[name, error, metadata]] = await callsOf(page, 1);
    assert.equal(name, 'onExit');
    assert.deepEqual([error.error_type, error.error_code, error.display_message], ['API_ERROR', 'INTERNAL_SERVER_ERROR', null]);
    assert.deepEqual(metadata, nothingSeen);
    assert.equal(await page.locator('iframe, dialog').count(), 0);
  });
});
