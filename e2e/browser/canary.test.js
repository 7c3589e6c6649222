// That a server's log has nothing secret in it is checked after every file of tests (canary.js). Here, that the
// check knows the secrets and reads the log, and that it would find them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { newPage } from './browser.js';
import { known, leaks, remember } from './canary.js';
import { app, begin, ended, exchange, gingham, linkToken, oauthBank, personIn } from './world.js';

test('a walk through Link with everything that is secret leaves none of it in the log', async (t) => {
  const { page, person } = await begin(t);
  await person.connect('user_of_the_canary', 'wrong password of the canary');
  await person.place.getByRole('alert').waitFor();
  await person.signIn('user_good', 'mfa_device');
  await person.press('Continue');
  await person.answer({ Code: 'code of the canary' });
  await person.place.getByRole('alert').waitFor();
  await person.answer({ Code: '1234' });
  await person.share('0000');
  await person.press('Continue');
  const [public_token] = await ended(
    page,
    'onSuccess',
    `OPEN
     VIEW CONSENT
     VIEW SELECT_INSTITUTION
     SELECT_INSTITUTION ins_109508
     VIEW CREDENTIAL
     SUBMIT_CREDENTIALS
     VIEW LOADING
     ERROR INVALID_CREDENTIALS
     VIEW CREDENTIAL
     SUBMIT_CREDENTIALS
     VIEW LOADING
     VIEW MFA device
     SUBMIT_MFA device
     VIEW LOADING
     VIEW MFA code
     SUBMIT_MFA code
     VIEW LOADING
     ERROR INVALID_MFA
     VIEW MFA code
     SUBMIT_MFA code
     VIEW LOADING
     VIEW SELECT_ACCOUNT
     VIEW CONNECTED
     HANDOFF`,
  );
  await exchange(public_token);

  const hosted = await newPage(t);
  const { hosted_link_url } = await linkToken({ hosted_link: {}, redirect_uri: app.site + '/done' });
  await hosted.goto(hosted_link_url);
  const guest = personIn(hosted);
  await guest.choose(oauthBank);
  await guest.press('Continue');
  await hosted.getByLabel('Password').fill('password at the bank');
  await hosted.getByRole('button', { name: 'Sign in' }).click();
  await hosted.getByRole('button', { name: 'Allow', exact: true }).click();
  await guest.at('connected');

  const kinds = new Set(known.values());
  for (const kind of [
    'secret',
    'link token',
    'public token',
    'access token',
    'session key',
    'hosted link',
    'OAuth state',
    'answer.username',
    'answer.password',
    'answer.code',
  ]) {
    assert.ok(kinds.has(kind), `${kind} among ${[...kinds]}`);
  }
  const [session] = [...known].find(([, kind]) => kind === 'session key')[0].split('.');
  assert.match(gingham.output(), new RegExp(`level=INFO msg=request method=POST .*link_session_id=${session}`));
  assert.deepEqual(leaks(gingham.output()), []);
});

describe('a secret in the log is found', () => {
  test('as it is, and as it is written in a URL, in JSON and in base64', () => {
    const secrets = new Map([['pass "word"&', 'password']]);
    for (const text of ['pass "word"&', 'pass%20%22word%22%26', 'pass \\"word\\"&', btoa('pass "word"&')]) {
      assert.deepEqual(leaks(`level=DEBUG msg=${text}.`, secrets), ['password pass "word"&'], text);
    }
    assert.deepEqual(leaks('level=DEBUG msg=password', secrets), []);
  });

  test('in the form of a token, though nobody knows it', () => {
    const uuid = '5d2c0b3e-8f0e-4c5b-9a57-4d1b1a6e7c10';
    const tokens = [`access-sandbox-${uuid}`, `public-production-${uuid}`, `link-sandbox-${uuid}`, 'eyJhbGci.eyJzdWIi.c2lnbmVk'];
    for (const token of tokens) {
      assert.deepEqual(leaks(`msg=request token=${token}`, new Map()), [`token ${token}`]);
    }
    assert.deepEqual(leaks('path=/sandbox/public_token/create eyJ.', new Map()), []);
  });

  test('and the file of tests whose server printed it fails', async () => {
    const file = fileURLToPath(new URL('leaky.js', import.meta.url));
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const { code, stderr } = await promisify(execFile)(process.execPath, [file], { env }).then(
      () => assert.fail('it passed'),
      (error) => error,
    );
    assert.equal(code, 1);
    assert.match(stderr, /The server printed what is secret: \[ 'path secret-of-the-canary' \]/);
  });

  test('if it is long enough not to be there by chance', () => {
    remember('code', '1234');
    assert.equal(known.has('1234'), false);
  });
});
