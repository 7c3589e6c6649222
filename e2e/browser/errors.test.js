// Every error user of the sandbox, and link tokens that don't work.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newPage, refusal } from './browser.js';
import { app, bank, ended, entered, linkToken, openLink, personIn } from './world.js';

// The codes of error_<CODE>, by the type of error they are told as.
const users = {
  INSTITUTION_ERROR: ['COUNTRY_NOT_SUPPORTED', 'INSTITUTION_DOWN', 'INSTITUTION_NOT_RESPONDING', 'INSTITUTION_NO_LONGER_SUPPORTED'],
  ITEM_ERROR: [
    'INSUFFICIENT_CREDENTIALS',
    'INVALID_CREDENTIALS',
    'INVALID_MFA',
    'INVALID_SEND_METHOD',
    'ITEM_LOCKED',
    'ITEM_NOT_SUPPORTED',
    'MFA_NOT_SUPPORTED',
    'NO_ACCOUNTS',
    'USER_INPUT_TIMEOUT',
    'USER_SETUP_REQUIRED',
  ],
  PAYMENT_ERROR: ['PAYMENT_INVALID_RECIPIENT'],
  API_ERROR: ['INTERNAL_SERVER_ERROR'],
};
const unsupported = ['COUNTRY_NOT_SUPPORTED', 'INSTITUTION_NO_LONGER_SUPPORTED'];

describe('Link', () => {
  test('tells people and the app of every error', async (t) => {
    const page = await newPage(t);
    await page.goto(app.site);
    const person = personIn(page.frameLocator('#plaid-link-iframe-1'));
    for (const [type, codes] of Object.entries(users)) {
      for (const code of codes) {
        const { link_token } = await linkToken();
        await page.evaluate((token) => void (globalThis.link = newLink({ token })), link_token);
        await page.click('#connect');
        await person.connect('user_good', `error_${code}`);
        await person.place.getByRole('alert').waitFor();
        await page.evaluate(() => link.exit({ force: true }));
        const status = unsupported.includes(code) ? 'institution_not_supported' : 'requires_credentials';
        const [error, metadata] = await ended(
          page,
          'onExit',
          `${entered}
           ERROR ${code}
           VIEW ${code === 'INVALID_CREDENTIALS' ? 'CREDENTIAL' : 'ERROR'}
           EXIT ${code} ${status}`,
        );
        assert.deepEqual(Object.keys(error).sort(), ['display_message', 'error_code', 'error_message', 'error_type']);
        assert.deepEqual([error.error_type, error.error_code], [type, code]);
        assert.ok(error.error_message, code);
        assert.deepEqual([metadata.status, metadata.institution.institution_id], [status, bank]);
      }
    }
  });

  const nowhere = 'https://app.example/back?oauth_state_id=5d2c0b3e-8f0e-4c5b-9a57-4d1b1a6e7c10';
  for (const [name, config, type, code] of [
    [
      'a link token of nobody',
      { token: 'link-sandbox-11111111-2222-4333-8444-555555555555' },
      'INVALID_INPUT',
      'INVALID_LINK_TOKEN',
    ],
    ['a link token of no shape', { token: 'nonsense' }, 'INVALID_INPUT', 'INVALID_LINK_TOKEN'],
    ['a way back from no bank', { token: null, receivedRedirectUri: nowhere }, 'OAUTH_ERROR', 'OAUTH_STATE_ID_NOT_FOUND'],
    [
      'a way back that is none',
      { token: null, receivedRedirectUri: nowhere.split('?')[0] },
      'OAUTH_ERROR',
      'OAUTH_STATE_ID_NOT_FOUND',
    ],
  ]) {
    test(`opens nothing by ${name}`, async (t) => {
      const { page, person } = await openLink(t, config, { expected: refusal });
      await person.place.getByRole('heading').waitFor();
      // The frame goes with the click, which may then never be known to be done.
      person.press('Close').catch(() => {});
      const [error, metadata] = await ended(page, 'onExit', '');
      assert.deepEqual([error.error_type, error.error_code], [type, code]);
      assert.deepEqual([metadata.institution, metadata.status], [null, null]);
    });
  }

  test('is left by Escape where there is no way on', async (t) => {
    const { page, person } = await openLink(t, { token: 'nonsense' }, { expected: refusal });
    await person.place.getByRole('heading').click();
    await page.keyboard.press('Escape');
    const [error] = await ended(page, 'onExit', '');
    assert.equal(error.error_code, 'INVALID_LINK_TOKEN');
  });
});
