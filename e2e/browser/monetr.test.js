// monetr's links, from signing up to deleting a link, with Link in an app's page in between.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newPage, refusal } from './browser.js';
import { remember } from './canary.js';
import { app, bank, client, ended, entered, exchange, gingham, linked, openLink } from './world.js';
import { serve } from './site.js';

// What differs each time stands as its kind.
const kinds = { time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, user: /^user_[0-9a-hjkmnp-tv-z]{26}$/ };
const kindOf = (_, value) => Object.keys(kinds).find((kind) => kinds[kind].test(value)) ?? value;

/** Calls the API with headers, and returns the answer, and its status and body. */
async function send(headers, method, path, body) {
  const answer = await fetch(gingham.url + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  return { answer, got: [answer.status, text && JSON.parse(text, kindOf)] };
}

/** Someone who calls the API with headers, and is told the status and the body. */
const caller =
  (headers) =>
  async (...request) =>
    (await send(headers, ...request)).got;

const greeting = { nextUrl: '/setup', requireVerification: false };
const unauthorized = [401, { error: 'unauthorized' }];
const gone = [404, { error: 'failed to retrieve link: record does not exist' }];

/** Somebody's login, which is secret. */
function loginOf(name) {
  const login = { email: `${name}@example.com`, password: `the horse of ${name}` };
  Object.entries(login).forEach((entry) => remember(...entry));
  return login;
}

/** Signs somebody up or in, and returns him as a caller. */
async function sign(path, who, greeting) {
  const { answer, got } = await send({}, 'POST', path, who);
  assert.deepEqual(got, [200, greeting]);
  const [, session, attributes] = answer.headers.get('Set-Cookie').match(/^M-Token=(v4\.public\.[\w-]+); (.*)$/);
  assert.match(attributes, /^Path=\/; Expires=[^;]+ GMT; Max-Age=1209600; HttpOnly; SameSite=Strict$/);
  remember('session', session);
  return caller({ Cookie: 'M-Token=' + session });
}

/** The link token of an answer. */
function tokenOf([status, { linkToken, ...others }]) {
  assert.deepEqual([status, others], [200, {}]);
  assert.match(linkToken, /^link-sandbox-[0-9a-f-]{36}$/);
  remember('link token', linkToken);
  return linkToken;
}

/** A user's first link, of the usual institution, as it is answered with; more is put over what is Plaid's. */
const linkOf = (createdBy, more) => ({
  linkId: 1,
  linkType: 'plaid',
  plaidLink: {
    products: ['transactions'],
    status: 'setup',
    expirationDate: null,
    newAccountsAvailable: false,
    institutionId: bank,
    institutionName: 'My bank',
    lastManualSync: null,
    lastSuccessfulUpdate: 'time',
    lastAttemptedUpdate: 'time',
    lastAccountSync: 'time',
    updatedAt: 'time',
    createdAt: 'time',
    createdBy,
    deletedAt: null,
    ...more,
  },
  institutionName: 'My bank',
  description: null,
  createdAt: 'time',
  createdBy,
  updatedAt: 'time',
  deletedAt: null,
});
const broken = { status: 'error', errorCode: 'ITEM_LOGIN_REQUIRED' };

/** Moves the server's clock. */
async function advance(by) {
  const keys = { 'PLAID-CLIENT-ID': gingham.clientID, 'PLAID-SECRET': gingham.secret };
  const [status, { reached }] = await caller(keys)('POST', '/gingham/clock/advance', by);
  assert.deepEqual([status, reached], [200, true]);
}

/** What a Link that succeeds hands over, as the callbacks take it, and the accounts' masks. */
async function handedOver(page, events) {
  const [publicToken, { institution, accounts }] = await ended(page, 'onSuccess', events);
  remember('public token', publicToken);
  const back = { publicToken, institutionId: institution.institution_id, institutionName: 'My bank' };
  return [{ ...back, accountIds: accounts.map(({ id }) => id) }, accounts.map(({ mask }) => mask)];
}

/** Connects the usual institution in Link, and shares the accounts of these masks. */
async function connect(t, token, ...masks) {
  const { page, person } = await openLink(t, { token });
  await person.connect();
  await person.share(...masks);
  await person.press('Continue');
  const [back, shared] = await handedOver(page, entered + linked);
  assert.deepEqual(shared, masks);
  return back;
}

/** Signs in again in Link, up to where the accounts are or would be. */
async function reconnect(t, token) {
  const at = await openLink(t, { token });
  await at.person.press('Continue');
  await at.person.signIn('user_good', 'pass_good');
  return at;
}
const reconnected = `
  OPEN
  VIEW CONSENT
  VIEW CREDENTIAL
  SUBMIT_CREDENTIALS
  VIEW LOADING`;

describe('monetr’s links', () => {
  test('a person links a bank, signs in there again, and deletes the link', async (t) => {
    const login = loginOf('alice');
    let alice = await sign('/api/authentication/register', { ...login, firstName: 'Alice' }, greeting);
    assert.deepEqual(await alice('GET', '/api/links'), [200, []]);

    const fresh = async (path) => tokenOf(await alice('GET', path + '?use_cache=true'));
    const token = await fresh('/api/plaid/link/token/new');
    assert.equal(await fresh('/api/plaid/token/new'), token);
    const back = await connect(t, token, '0000', '1111');
    assert.notEqual(await fresh('/api/plaid/link/token/new'), token);

    const callback = (more) => alice('POST', '/api/plaid/link/token/callback', { ...back, ...more });
    assert.deepEqual(await callback({ accountIds: [] }), [400, { error: 'must select at least one account' }]);
    assert.deepEqual(await callback({ publicToken: ' ' }), [400, { error: 'must provide a public token' }]);
    assert.deepEqual(await callback({ accountIds: ['x'] }), [500, { error: 'failed to retrieve accounts' }]);
    assert.deepEqual(await callback(), [200, { linkId: 1 }]);
    assert.deepEqual(await callback(), [500, { error: 'failed to exchange token' }]);
    assert.deepEqual(await alice('GET', '/api/plaid/link/setup/wait/1'), [200, '']);
    assert.deepEqual(await alice('GET', '/api/links'), [200, [linkOf('user')]]);

    const sync = () => alice('POST', '/api/plaid/link/sync', { linkId: 1 });
    const tooEarly = [425, { error: 'link has been manually synced too recently' }];
    assert.deepEqual(await sync(), [202, '']);
    assert.deepEqual(await sync(), tooEarly);
    await advance({ seconds: 30 * 60 });
    assert.deepEqual(await sync(), [202, '']);
    const synced = { lastManualSync: 'time' };
    assert.deepEqual(await alice('GET', '/api/links/1'), [200, linkOf('user', synced)]);

    // Longer than a session lasts, and than a bank's login.
    await advance({ days: 30 });
    assert.deepEqual(await alice('GET', '/api/links'), unauthorized);
    alice = await sign('/api/authentication/login', login, { isActive: true });
    assert.deepEqual(await alice('GET', '/api/links'), [200, [linkOf('user', { ...synced, ...broken })]]);

    const { page, person } = await reconnect(t, tokenOf(await alice('PUT', '/api/plaid/link/update/1')));
    await person.press('Continue');
    const [again] = await handedOver(page, `${reconnected}\nVIEW CONNECTED\nHANDOFF`);
    const update = () => alice('POST', '/api/plaid/link/update/callback', { linkId: 1, ...again });
    assert.deepEqual(await update(), [200, linkOf('user', synced)]);
    assert.deepEqual(await update(), [500, { error: 'failed to exchange token' }]);
    assert.deepEqual(await alice('GET', '/api/plaid/link/setup/wait/1'), [200, '']);
    assert.deepEqual(await alice('GET', '/api/links'), [200, [linkOf('user', synced)]]);

    assert.deepEqual(await alice('DELETE', '/api/links/1'), [200, '']);
    assert.deepEqual(await alice('GET', '/api/links'), [200, []]);
    assert.deepEqual(await alice('GET', '/api/links/1'), gone);
    assert.deepEqual(await alice('PUT', '/api/plaid/link/update/1'), gone);
    assert.deepEqual(await sync(), gone);
  });

  test('a client links a bank for its user, who chooses other accounts, and reads them', async (t) => {
    const keys = { 'PLAID-CLIENT-ID': gingham.clientID, 'PLAID-SECRET': gingham.secret };
    const bob = caller({ ...keys, 'Gingham-User': 'bob' });
    const back = await connect(t, tokenOf(await bob('GET', '/api/plaid/token/new')), '0000');
    // The callback takes a public token for good: a client that wants to read, too, has two.
    const { access_token, item_id } = await exchange(back.publicToken);
    const { public_token: publicToken } = (await client.itemCreatePublicToken({ access_token })).data;
    remember('public token', publicToken);
    assert.deepEqual(await bob('POST', '/api/plaid/token/callback', { ...back, publicToken }), [200, { linkId: 1 }]);
    assert.deepEqual(await bob('GET', '/api/plaid/link/setup/wait/1'), [200, '']);
    assert.deepEqual(await bob('GET', '/api/links'), [200, [linkOf('bob')]]);

    await client.sandboxItemResetLogin({ access_token });
    assert.deepEqual(await bob('GET', '/api/links'), [200, [linkOf('bob', broken)]]);
    const { page, person } = await reconnect(
      t,
      tokenOf(await bob('PUT', '/api/plaid/link/update/1?update_account_selection=true')),
    );
    await person.place.getByRole('checkbox', { name: 'ending in 0000' }).uncheck();
    await person.share('1111', '3333');
    await person.press('Continue');
    const [again, shared] = await handedOver(page, reconnected + linked);
    assert.deepEqual(shared, ['1111', '3333']);
    assert.deepEqual(await bob('POST', '/api/plaid/link/update/callback', { linkId: 1, ...again }), [
      200,
      linkOf('bob'),
    ]);
    const { accounts, item } = (await client.accountsGet({ access_token })).data;
    assert.deepEqual([item.item_id, item.error], [item_id, null]);
    assert.deepEqual(
      accounts.map(({ account_id }) => account_id),
      again.accountIds,
    );

    assert.deepEqual(await bob('DELETE', '/api/links/1'), [200, '']);
    await assert.rejects(client.itemGet({ access_token }), ({ response: { status, data } }) => {
      assert.deepEqual([status, data.error_code], [400, 'ITEM_NOT_FOUND']);
      return true;
    });
  });
});

describe('a session', async () => {
  const foreign = await serve({
    '/': ({ searchParams }) => `<!doctype html><title>Elsewhere</title>
<form method="post" enctype="text/plain" action="${gingham.url}${searchParams.get('path')}">
<input name='${searchParams.get('json')}' value='"}'></form>`,
  });
  /** A page of another site sends the browser to a path of the server's, with a form that is JSON. */
  async function lure(page, path, json) {
    await page.goto(`${foreign.site}/?${new URLSearchParams({ path, json })}`);
    await page.evaluate(() => document.forms[0].submit());
    await page.waitForURL(gingham.url + path);
  }

  test('is begun by no other site’s page', async (t) => {
    const { email, password } = loginOf('mallory');
    await sign('/api/authentication/register', { email, password, firstName: 'Mallory' }, greeting);
    const page = await newPage(t, { expected: refusal });
    await lure(page, '/api/authentication/login', `{"email":"${email}","password":"${password}","x":"`);
    assert.deepEqual(await page.context().cookies(), []);
  });

  test('is ended by no other site’s page', async (t) => {
    const page = await newPage(t, { expected: refusal });
    await page.goto(gingham.url + '/gingham/openapi.json');
    const dave = JSON.stringify({ ...loginOf('dave'), firstName: 'Dave' });
    await page.evaluate((body) => fetch('/api/authentication/register', { method: 'POST', body }).then(() => {}), dave);
    await lure(page, '/api/links', '{"institutionName":"');
    assert.equal((await page.context().cookies()).length, 1);
  });

  test('is in a cookie that no script reads, of use to the server’s own pages alone', async (t) => {
    const page = await newPage(t, { expected: refusal });
    const call = (path, options) =>
      page.evaluate(
        async ([url, options]) => {
          const answer = await fetch(url, options);
          const text = await answer.text();
          return [answer.status, text && JSON.parse(text)];
        },
        [gingham.url + path, options],
      );
    const own = gingham.url + '/gingham/openapi.json';
    await page.goto(own);
    const carol = JSON.stringify({ ...loginOf('carol'), firstName: 'Carol' });
    assert.deepEqual(await call('/api/authentication/register', { method: 'POST', body: carol }), [200, greeting]);
    const [{ value, name, domain, path, httpOnly, sameSite }, ...others] = await page.context().cookies();
    assert.deepEqual([name, domain, path, others], ['M-Token', '127.0.0.1', '/', []]);
    assert.deepEqual([httpOnly, sameSite], [true, 'Strict']);
    remember('session', value);
    assert.equal(await page.evaluate(() => document.cookie), '');
    assert.deepEqual(await call('/api/links'), [200, []]);

    // Of another origin both; with what the second sends, a browser sends the cookie.
    const sent = [];
    for (const site of [app.site, app.otherSite]) {
      await page.goto(site + '/done');
      const answered = page.waitForResponse(gingham.url + '/api/links');
      await page.evaluate(
        (url) => void fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{"institutionName":"x"}' }),
        gingham.url + '/api/links',
      );
      const answer = await answered;
      assert.equal(answer.status(), 403);
      sent.push((await answer.request().allHeaders()).cookie);
    }
    assert.deepEqual(sent, [undefined, 'M-Token=' + value]);

    await page.goto(own);
    const headers = { 'M-Token': value };
    assert.deepEqual(await call('/api/links', { headers }), [200, []]);
    assert.deepEqual(await call('/api/authentication/logout', { headers }), [200, '']);
    assert.deepEqual(await page.context().cookies(), []);
    assert.deepEqual(await call('/api/links', { headers }), unauthorized);
  });
});
