// The Program's API, from a profile's link token to what is registered of it, with Link in an app's page in between.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { remember } from './canary.js';
import { app, bank, bearer, ended, entered, gingham, linked, oauthBank, openLink } from './world.js';

/** Calls the API, and returns the status and the body. */
async function send(authorization, method, path, body) {
  const headers = { Authorization: authorization, 'Content-Type': 'application/json' };
  const answer = await fetch(gingham.url + path, { method, headers, body: body && JSON.stringify(body) });
  return [answer.status, await answer.json()];
}

const basic = 'Basic ' + btoa(`${gingham.clientID}:${gingham.secret}`);
const program = (...request) => send(basic, ...request);

/** Calls in Plaid's way what is about one Item: a profile's only one, with the token that he has as a user. */
async function plaid(profile, path) {
  const [status, data] = await send('Bearer ' + (await bearer({ user_id: profile })), 'POST', path, {});
  assert.equal(status, 200, JSON.stringify(data));
  return data;
}

/** Asks for a link token. */
async function tokenFrom(path, body) {
  const [status, { link_token, ...others }] = await program('POST', path, body);
  assert.deepEqual([status, others], [200, {}]);
  assert.match(link_token, /^link-sandbox-[0-9a-f-]{36}$/);
  remember('link token', link_token);
  return link_token;
}

/** What a Link that succeeds hands over: what an Item is registered from, and the accounts' ids by their masks. */
async function handedOver(page, events) {
  const [plaid_public_token, { institution, accounts }] = await ended(page, 'onSuccess', events);
  remember('public token', plaid_public_token);
  return {
    from: { plaid_public_token, plaid_institution: { id: institution.institution_id, name: institution.name } },
    shared: Object.fromEntries(accounts.map(({ mask, id }) => [mask, id])),
  };
}

/** The masks of the accounts that Link offers, and of those that are chosen. */
async function offered(person) {
  await person.at('accounts');
  const masks = (boxes) =>
    boxes.evaluateAll((all) => all.map(({ labels }) => labels[0].textContent.match(/ending in (\d+)/)[1]));
  const boxes = person.place.getByRole('checkbox');
  return { all: await masks(boxes), chosen: await masks(person.place.getByRole('checkbox', { checked: true })) };
}

/** What is registered of a profile, and whether he must sign in again unless the query asks otherwise. */
async function listOf(profile, query = '?include_login_status=true') {
  const [status, { items, ...others }] = await program('GET', `/profiles/${profile}/plaid/items${query}`);
  assert.deepEqual([status, others], [200, {}]);
  return items;
}

const types = { '0000': 'CHECKING', 1111: 'SAVINGS' };

/** A bank account as it is answered with. */
function accountOf(profile_id, id, mask, routing_number, status = 'OPEN') {
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  return { id, account_number_last_four: mask, routing_number, profile_id, type: types[mask], status };
}

const reconnected = `
  OPEN
  VIEW CONSENT
  VIEW CREDENTIAL
  SUBMIT_CREDENTIALS
  VIEW LOADING`;

describe('a Program', () => {
  test('registers an account, and another one once its user has signed in again', async (t) => {
    const profile_id = randomUUID();
    const { page, person } = await openLink(t, { token: await tokenFrom('/plaid/links', { profile_id }) });
    await person.connect();
    assert.deepEqual(await offered(person), { all: ['0000', '1111'], chosen: [] });
    await person.share('0000');
    await person.press('Continue');
    const { from, shared } = await handedOver(page, entered + linked);
    const plaid_institution_name = 'First Platypus Bank';
    assert.deepEqual(from.plaid_institution, { id: bank, name: plaid_institution_name });

    const register = (...plaid_account_ids) => program('POST', '/plaid/items', { profile_id, ...from, plaid_account_ids });
    const refused = (field, id) => [
      400,
      {
        error: `${field}: "${id}" is not a checking or savings account of the Item with an account and a routing number`,
      },
    ];
    assert.deepEqual(await register('x'), refused('plaid_account_ids', 'x'));
    const [status, { plaid_item_id, ...made }] = await register(shared['0000']);
    assert.equal(status, 200);
    const [{ id }] = made.bank_accounts;
    const bankAccount = (of, mask, status) => accountOf(profile_id, of, mask, '011401533', status);
    const checking = bankAccount(id, '0000');
    assert.deepEqual(made, { plaid_institution_name, bank_accounts: [checking] });
    assert.deepEqual(await register(shared['0000']), [400, { error: 'could not find matching public token' }]);

    const named = { plaid_item_id, plaid_institution_name };
    const get = (of) => program('GET', '/plaid/accounts/' + of);
    assert.deepEqual(await get(id), [200, { ...named, bank_account: checking }]);
    const listed = (is_login_required, ...bank_accounts) => [{ ...named, is_login_required, bank_accounts }];
    assert.deepEqual(await listOf(profile_id, ''), listed(null, checking));
    assert.deepEqual(await listOf(profile_id), listed('false', checking));

    await plaid(profile_id, '/sandbox/item/reset_login');
    assert.deepEqual(await listOf(profile_id), listed('true', checking));

    const again = await openLink(t, {
      token: await tokenFrom(`/plaid/items/${plaid_item_id}/links`, { select_accounts: 'true' }),
    });
    await again.person.press('Continue');
    await again.person.signIn('user_good', 'pass_good');
    const { all, chosen } = await offered(again.person);
    assert.deepEqual([all.slice(0, 4), chosen], [['0000', '1111', '2222', '3333'], ['0000']]);
    await again.person.place.getByRole('checkbox', { name: 'ending in 0000' }).uncheck();
    await again.person.share('1111', '3333');
    await again.person.press('Continue');
    const { shared: now } = await handedOver(again.page, reconnected + linked);
    assert.deepEqual(Object.keys(now), ['1111', '3333']);
    const { accounts } = await plaid(profile_id, '/accounts/get');
    assert.deepEqual(accounts.map(({ account_id }) => account_id).sort(), Object.values(now).sort());

    // What is shared no longer is closed, and what is new waits till the Program says so.
    const closed = bankAccount(id, '0000', 'CLOSED');
    assert.deepEqual(await listOf(profile_id), listed('false', closed));
    const change = (...ids) => program('PATCH', '/plaid/items/' + plaid_item_id, { plaid_bank_account_ids: ids });
    for (const other of [shared['0000'], id, now['3333']]) {
      assert.deepEqual(await change(now['1111'], other), refused('plaid_bank_account_ids', other));
    }
    const [changed, { bank_accounts, ...head }] = await change(now['1111']);
    const savings = bankAccount(bank_accounts[0].id, '1111');
    assert.deepEqual([changed, head, bank_accounts], [200, named, [savings]]);
    assert.deepEqual(await listOf(profile_id), listed('false', savings));
    assert.deepEqual(await get(savings.id), [200, { ...named, bank_account: savings }]);
    assert.deepEqual(await get(id), [200, { ...named, bank_account: closed }]);

    assert.deepEqual(await change(), [200, { ...named, bank_accounts: [] }]);
    assert.deepEqual(await listOf(profile_id), listed('false'));
    assert.deepEqual(await change(savings.id), [200, { ...named, bank_accounts: [savings] }]);
  });

  test('has its user sent to the bank’s own page and back, and there again', async (t) => {
    const profile_id = randomUUID();
    const elsewhere = { profile_id, redirect_uri: 'https://app.example/callback' };
    assert.deepEqual(await program('POST', '/plaid/links', elsewhere), [
      400,
      { error: 'redirect_uri must be an https URL without query or fragment, and registered for this client' },
    ]);

    /** Goes from Link to the bank's page, back to the app's, and to Link's end. */
    async function goAndReturn(token, { toTheBank, there }) {
      const { page, person } = await openLink(t, { token });
      await toTheBank(person);
      await person.at('oauth');
      await person.press('Continue');
      await page.getByRole('button', { name: 'Sign in' }).click({ noWaitAfter: true });
      await there?.(page);
      await page.waitForURL(/oauth_state_id=/);
      await page.evaluate((token) => void (globalThis.link = newLink({ token, receivedRedirectUri: location.href })), token);
      await page.click('#connect');
      await person.press('Continue');
      return handedOver(page, 'VIEW CONNECTED\nHANDOFF');
    }

    const redirect_uri = app.site + '/';
    const { from, shared } = await goAndReturn(await tokenFrom('/plaid/links', { profile_id, redirect_uri }), {
      toTheBank: (person) => person.choose(oauthBank),
      there: (page) => page.getByRole('button', { name: 'Allow', exact: true }).click({ noWaitAfter: true }),
    });
    assert.deepEqual(from.plaid_institution, { id: oauthBank, name: 'Platypus OAuth Bank' });
    assert.deepEqual(Object.keys(shared).sort(), ['0000', '1111']);
    const register = (profile_id, from, ...masks) =>
      program('POST', '/plaid/items', { profile_id, ...from, plaid_account_ids: masks.map((mask) => shared[mask]) });
    const [status, { plaid_item_id, bank_accounts, ...named }] = await register(profile_id, from, '0000', '1111');
    const [checking, savings] = ['0000', '1111'].map((mask, i) =>
      accountOf(profile_id, bank_accounts[i].id, mask, '333300053'),
    );
    assert.deepEqual([status, named, bank_accounts], [200, { plaid_institution_name: 'Platypus OAuth Bank' }, [checking, savings]]);
    const listed = (is_login_required, ...bank_accounts) => [{ plaid_item_id, ...named, is_login_required, bank_accounts }];
    assert.deepEqual(await listOf(profile_id), listed('false', checking, savings));

    await plaid(profile_id, '/sandbox/item/reset_login');
    assert.deepEqual(await listOf(profile_id), listed('true', checking, savings));
    const path = `/plaid/items/${plaid_item_id}/links`;
    const again = await goAndReturn(await tokenFrom(path, { select_accounts: 'false', redirect_uri }), {
      toTheBank: (person) => person.press('Continue'),
    });
    assert.deepEqual(again.shared, shared);
    assert.deepEqual(await listOf(profile_id), listed('false', checking, savings));

    const others = [409, { error: 'the Item is registered for another profile' }];
    assert.deepEqual(await register(randomUUID(), again.from, '0000'), others);
    assert.deepEqual(await register(profile_id, again.from, '1111'), [
      200,
      { plaid_item_id, ...named, bank_accounts: [savings] },
    ]);
    assert.deepEqual(await listOf(profile_id), listed('false', savings));
  });
});
