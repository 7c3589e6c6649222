// Banks with pages of their own: in a window of their own, and by redirect.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newPage, refusal } from './browser.js';
import { app, begin, ended, exchange, linkToken, oauthBank, personIn, sessionOf, without } from './world.js';

const offered = `
  OPEN
  VIEW CONSENT
  VIEW SELECT_INSTITUTION
  SELECT_INSTITUTION ${oauthBank}
  VIEW OAUTH`;
const opened = `${offered}
  OPEN_OAUTH`;
const connected = `
  VIEW CONNECTED
  HANDOFF`;

/** Opens Link with a new link token, and goes on to the bank. */
async function goToBank(t, more, options) {
  const at = await begin(t, more, options);
  await at.person.choose(oauthBank);
  await at.person.at('oauth');
  return at;
}

/** Goes to the bank's page in a window of its own. */
async function popup({ page, person }) {
  const [window] = await Promise.all([page.waitForEvent('popup'), person.press('Continue')]);
  return window;
}

/** Signs in at the bank's page, and shares all accounts but for that of a mask. */
async function share(window, unshared) {
  await window.getByRole('button', { name: 'Sign in' }).click();
  await window.getByRole('checkbox', { name: `ending in ${unshared}` }).uncheck();
  await window.getByRole('button', { name: 'Allow', exact: true }).click({ noWaitAfter: true });
}

/** Signs in at the bank's page, with an outcome that a tester chooses. */
async function choose(window, outcome) {
  await window.getByLabel('What should happen').selectOption(outcome);
  await window.getByRole('button', { name: 'Sign in' }).click({ noWaitAfter: true });
}

async function checkShared(public_token, metadata) {
  assert.equal(metadata.institution.institution_id, oauthBank);
  const { accounts } = await exchange(public_token);
  assert.deepEqual(
    metadata.accounts.map(({ id }) => id),
    accounts.map(({ account_id }) => account_id),
  );
  assert.ok(accounts.length > 1);
  assert.ok(!accounts.some(({ mask }) => mask === '0000'));
}

describe('in a window of its own', () => {
  test('a bank is connected, and what was shared there is', async (t) => {
    const at = await goToBank(t);
    const window = await popup(at);
    const closed = window.waitForEvent('close');
    await share(window, '0000');
    await closed;
    await at.person.at('connected');
    await at.person.press('Continue');
    const [public_token, metadata] = await ended(at.page, 'onSuccess', opened + connected);
    await checkShared(public_token, metadata);
  });

  for (const code of ['INSUFFICIENT_CREDENTIALS', 'ACCESS_NOT_GRANTED', 'NO_AUTH_ACCOUNTS']) {
    test(`a bank can answer ${code}`, async (t) => {
      const at = await goToBank(t);
      await choose(await popup(at), code);
      await at.person.at('error');
      await at.page.evaluate(() => link.exit({ force: true }));
      const [error, { status }] = await ended(
        at.page,
        'onExit',
        `${opened}
         FAIL_OAUTH
         ERROR ${code}
         VIEW ERROR
         EXIT ${code} requires_oauth`,
      );
      assert.deepEqual([error.error_code, status], [code, 'requires_oauth']);
    });
  }

  test('nothing is shared where that is not allowed', async (t) => {
    const at = await goToBank(t);
    const window = await popup(at);
    await window.getByRole('button', { name: 'Sign in' }).click();
    await window.getByRole('button', { name: 'Don’t allow' }).click({ noWaitAfter: true });
    await at.person.at('error');
    await at.page.evaluate(() => link.exit({ force: true }));
    const [error] = await ended(
      at.page,
      'onExit',
      `${opened}
       FAIL_OAUTH
       ERROR ACCESS_NOT_GRANTED
       VIEW ERROR
       EXIT ACCESS_NOT_GRANTED requires_oauth`,
    );
    assert.equal(error.error_code, 'ACCESS_NOT_GRANTED');
  });

  test('a closed window can be opened again', async (t) => {
    const at = await goToBank(t);
    await (await popup(at)).close();
    await at.person.place.getByRole('heading', { name: 'Continue to' }).waitFor();
    await share(await popup(at), '0000');
    await at.person.press('Continue');
    await ended(
      at.page,
      'onSuccess',
      `${opened}
       CLOSE_OAUTH
       VIEW OAUTH
       OPEN_OAUTH` + connected,
    );
  });

  test('Link can be left meanwhile', async (t) => {
    const at = await goToBank(t);
    await popup(at);
    await at.person.press('Close');
    await at.person.press('Leave');
    const [error, { status }] = await ended(at.page, 'onExit', `${opened}\nVIEW EXIT\nEXIT requires_oauth`);
    assert.deepEqual([error, status], [null, 'requires_oauth']);
  });
});

describe('by redirect', () => {
  test('a bank is connected, and Link goes on in the page it came from', async (t) => {
    const at = await goToBank(t, { redirect_uri: app.site + '/' }, { expected: refusal });
    await at.person.press('Continue');
    // The page that knows the calls up to here is gone with the first half of Link.
    await share(at.page, '0000');
    await at.page.waitForURL(/oauth_state_id=/);
    await at.page.evaluate((token) => void (globalThis.link = newLink({ token, receivedRedirectUri: location.href })), at.token);
    await at.page.click('#connect');
    await at.person.press('Continue');
    const [public_token, metadata] = await ended(at.page, 'onSuccess', connected);
    await checkShared(public_token, metadata);
    assert.deepEqual((await sessionOf(at.token)).events, without(opened + connected));

    await at.page.evaluate(() => void (globalThis.link = newLink({ token: null, receivedRedirectUri: location.href })));
    await at.page.click('#connect');
    await at.person.place.getByRole('heading').waitFor();
    await at.page.evaluate(() => link.exit({ force: true }));
    const [error] = await ended(at.page, 'onExit', '');
    assert.equal(error.error_code, 'OAUTH_STATE_ID_ALREADY_PROCESSED');
  });

  test('React in strict mode goes on, too', async (t) => {
    const { link_token } = await linkToken({ redirect_uri: app.site + '/react' });
    const page = await newPage(t);
    await page.goto(`${app.site}/react?token=${link_token}`);
    const person = personIn(page.frameLocator('#plaid-link-iframe-1'));
    await page.click('text=Connect');
    await person.choose(oauthBank);
    await person.press('Continue');
    await share(page, '0000');
    await page.waitForURL(/oauth_state_id=/);
    await page.click('text=Connect');
    await person.press('Continue');
    const [public_token, metadata] = await ended(page, 'onSuccess', connected);
    await checkShared(public_token, metadata);
  });

  test('another link token is refused', async (t) => {
    const at = await goToBank(t, { redirect_uri: app.site + '/' }, { expected: refusal });
    await at.person.press('Continue');
    await share(at.page, '0000');
    await at.page.waitForURL(/oauth_state_id=/);
    const { link_token } = await linkToken();
    await at.page.evaluate(
      (token) => void (globalThis.link = newLink({ token, receivedRedirectUri: location.href })),
      link_token,
    );
    await at.page.click('#connect');
    await at.person.place.getByRole('heading').waitFor();
    await at.page.evaluate(() => link.exit({ force: true }));
    const [error] = await ended(at.page, 'onExit', '');
    assert.equal(error.error_code, 'INCORRECT_LINK_TOKEN');
  });

  test('a bank’s error comes back', async (t) => {
    const at = await goToBank(t, { redirect_uri: app.site + '/' });
    await at.person.press('Continue');
    await choose(at.page, 'ACCESS_NOT_GRANTED');
    await at.page.waitForURL(/oauth_state_id=/);
    await at.page.evaluate((token) => void (globalThis.link = newLink({ token, receivedRedirectUri: location.href })), at.token);
    await at.page.click('#connect');
    await at.person.at('error');
    await at.page.evaluate(() => link.exit({ force: true }));
    const [error] = await ended(
      at.page,
      'onExit',
      `FAIL_OAUTH
       ERROR ACCESS_NOT_GRANTED
       VIEW ERROR
       EXIT ACCESS_NOT_GRANTED requires_oauth`,
    );
    assert.equal(error.error_code, 'ACCESS_NOT_GRANTED');
  });
});
