// What others can do with a session that they come across: another client, another site, and who comes too late.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { newClient } from '../client.js';
import { run } from '../gingham.js';
import { newPage, refusal } from './browser.js';
import { remember, watched } from './canary.js';
import { app, bank, begin, client, exchange, gingham, linkToken, oauthBank, personIn } from './world.js';

/** The address of the session in a page, or in a frame of it. */
const addressIn = (page) => page.frames().at(-1).url();

/** A page of Gingham's as anything but a browser has it, without what is new in each. */
async function fetched(url, options) {
  const answer = await fetch(url, { redirect: 'manual', ...options });
  const text = await answer.text();
  const own = /nonce="[^"]*"|Request \w+|data-request="\w+"/g;
  return { status: answer.status, text: text.replace(own, '') };
}

const form = (fields) => ({ method: 'POST', body: new URLSearchParams(fields) });

/** What the API answers that is wrong with a call, but for the call's own id. */
async function refused(call) {
  const { response } = await call.then(
    () => assert.fail('the call was answered'),
    (error) => error,
  );
  return { status: response.status, ...response.data, request_id: undefined };
}

describe('another client', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'gingham-'));
  after(() => rmSync(directory, { recursive: true }));
  const store = { GINGHAM_STORE: 'sqlite:' + join(directory, 'gingham.db') };
  const [, clientID, secret] = run(['client', 'create', 'other'], store).match(/client_id\s+(\w+)\s+secret\s+(\w+)/);
  remember('secret', secret);
  const shared = await watched(store);
  const mine = newClient(shared);
  const other = newClient({ ...shared, clientID, secret });
  const request = { client_name: 'Demo', language: 'en', country_codes: ['US'], user: { client_user_id: 'someone' } };
  const uuid = '5d2c0b3e-8f0e-4c5b-9a57-4d1b1a6e7c10';

  test('can neither read a session nor have what came of it', async (t) => {
    const asked = { ...request, products: ['transactions'], hosted_link: {} };
    const { link_token, hosted_link_url } = (await mine.linkTokenCreate(asked)).data;
    const page = await newPage(t);
    await page.goto(hosted_link_url);
    const person = personIn(page);
    await person.connect();
    await person.at('accounts');
    const read = (of, token) => of.linkTokenGet({ link_token: token });
    const nobodys = await refused(read(other, `link-sandbox-${uuid}`));
    assert.equal(nobodys.error_code, 'INVALID_LINK_TOKEN');
    assert.deepEqual(await refused(read(other, link_token)), nobodys);

    await person.share('0000');
    await person.press('Continue');
    await person.at('done');
    assert.deepEqual(await refused(read(other, link_token)), nobodys);
    const [session] = (await read(mine, link_token)).data.link_sessions;
    const [{ public_token }] = session.results.item_add_results;
    remember('public token', public_token);
    const take = (of, token) => of.itemPublicTokenExchange({ public_token: token });
    assert.deepEqual(await refused(take(other, public_token)), await refused(take(other, `public-sandbox-${uuid}`)));
    const { access_token } = (await take(mine, public_token)).data;
    remember('access token', access_token);
    assert.equal((await refused(take(mine, public_token))).error_code, 'INVALID_PUBLIC_TOKEN');

    // Nor can it begin one that would mend the Item.
    const mend = (token) => other.linkTokenCreate({ ...request, access_token: token });
    assert.deepEqual(await refused(mend(access_token)), await refused(mend(`access-sandbox-${uuid}`)));
    await mine.itemGet({ access_token });
  });
});

describe('another site', () => {
  test('can neither read a session nor take a step in it', async (t) => {
    const { page, person } = await begin(t);
    await person.at('consent');
    const address = addressIn(page);

    const stranger = await newPage(t, { expected: /CORS policy|Failed to load resource/ });
    for (const site of [app.site, app.otherSite]) {
      await stranger.goto(site + '/done');
      const ways = await stranger.evaluate(async (url) => {
        const way = async (options) => {
          try {
            const answer = await fetch(url, options);
            return answer.type === 'opaque' ? 'nothing' : await answer.text();
          } catch {
            return 'nothing';
          }
        };
        const step = { method: 'POST', body: new URLSearchParams({ turn: '1', action: 'exit' }) };
        return Promise.all([way(), way({ mode: 'no-cors' }), way(step), way({ ...step, mode: 'no-cors' })]);
      }, address);
      assert.deepEqual(ways, ['nothing', 'nothing', 'nothing', 'nothing']);
      // A form of its own, which leads the whole page there.
      await stranger.evaluate((url) => {
        const form = document.createElement('form');
        form.method = 'post';
        form.action = url;
        form.innerHTML = '<input name="turn" value="1"><input name="action" value="exit">';
        document.body.append(form);
        form.submit();
      }, address);
      await stranger.waitForURL(address);
      assert.equal(await stranger.textContent('body'), 'Forbidden\n');
    }
    await person.press('Continue');
    await person.at('institution');
  });

  test('is not led to the bank’s page as if it were the app', async (t) => {
    const { page, person } = await begin(t);
    await person.choose(oauthBank);
    const [window] = await Promise.all([page.waitForEvent('popup'), person.press('Continue')]);
    await window.getByRole('button', { name: 'Sign in' }).waitFor();
    const headers = { Origin: app.otherSite };
    assert.equal((await fetched(window.url(), { ...form({ turn: '0' }), headers })).status, 403);
    await window.getByRole('button', { name: 'Sign in' }).click();
    await window.getByRole('button', { name: 'Allow', exact: true }).waitFor();
  });
});

describe('who has no key', () => {
  test('is told the same of every session, there or not', async (t) => {
    const { page, person } = await begin(t);
    await person.at('consent');
    const address = addressIn(page);
    const [id, secret] = new URL(address).pathname.split('/').at(-1).split('.');
    assert.ok(secret.length >= 22, 'a key of 128 bits');
    const guess = secret.replace(/^./, (c) => (c === 'a' ? 'b' : 'a'));
    const none = await fetched(`${gingham.url}/link/s/5d2c0b3e-8f0e-4c5b-9a57-4d1b1a6e7c10.${secret}`);
    assert.equal(none.status, 404);
    for (const key of [`${id}.${guess}`, id, `${id}.`, `.${secret}`, secret]) {
      assert.deepEqual(await fetched(`${gingham.url}/link/s/${key}`), none, key);
      const step = form({ turn: '1', action: 'continue' });
      assert.deepEqual(await fetched(`${gingham.url}/link/s/${key}`, step), none, key);
    }
    await person.press('Continue');
    await person.at('institution');
  });
});

describe('who comes too late', () => {
  const actions = ['open', 'continue', 'submit', 'another', 'select', 'back', 'retry', 'stay', 'exit', 'open_oauth'];

  /** Checks that a session that has ended tells nothing of what was in it, and that no step changes it. */
  async function over(address, link_token, secrets) {
    const before = (await client.linkTokenGet({ link_token })).data.link_sessions;
    assert.ok(before[0].finished_at);
    for (const turn of ['0', '1', '5', '6', '7', '8', '100']) {
      for (const action of actions) {
        await fetched(address, form({ turn, action, institution: bank, account: '1', 'answer.username': 'user_good' }));
      }
    }
    const { text } = await fetched(address);
    for (const secret of secrets) {
      assert.ok(!text.includes(secret), `the page still has ${secret}`);
    }
    assert.deepEqual((await client.linkTokenGet({ link_token })).data.link_sessions, before);
  }

  test('finds nothing to do in a session that was a success', async (t) => {
    const { link_token, hosted_link_url } = await linkToken({ hosted_link: {} });
    const page = await newPage(t);
    await page.goto(hosted_link_url);
    const person = personIn(page);
    await person.connect();
    await person.share('0000');
    await person.press('Continue');
    await person.at('done');
    const [{ results }] = (await client.linkTokenGet({ link_token })).data.link_sessions;
    const [{ public_token }] = results.item_add_results;
    const { access_token } = await exchange(public_token);
    await over(page.url(), link_token, ['Plaid Checking', '0000', public_token, access_token]);
  });

  test('finds nothing to do in a session that was left', async (t) => {
    const { page, person, token } = await begin(t);
    await person.connect();
    await person.at('accounts');
    const address = addressIn(page);
    await person.press('Close');
    await person.press('Leave');
    await page.waitForFunction(() => calls.some(([name]) => name === 'onExit'));
    await over(address, token, ['Plaid Checking', 'user_good']);
  });

  test('finds nothing to do at a bank’s page that was left', async (t) => {
    const { page, person, token } = await begin(t, {}, { expected: refusal });
    await person.choose(oauthBank);
    const [window] = await Promise.all([page.waitForEvent('popup'), person.press('Continue')]);
    const address = window.url();
    await window.getByRole('button', { name: 'Sign in' }).click();
    await window.getByRole('button', { name: 'Allow', exact: true }).click({ noWaitAfter: true });
    await person.at('connected');
    await person.press('Continue');
    await page.waitForFunction(() => calls.some(([name]) => name === 'onSuccess'));
    const before = (await client.linkTokenGet({ link_token: token })).data.link_sessions;
    for (const turn of ['0', '1', '2', '3']) {
      for (const action of ['', 'allow', 'deny']) {
        await fetched(address, form({ turn, action, account: '0', 'answer.username': 'user_good' }));
      }
    }
    const { text } = await fetched(address);
    assert.ok(!text.includes('Plaid Checking'));
    assert.deepEqual((await client.linkTokenGet({ link_token: token })).data.link_sessions, before);
  });
});
