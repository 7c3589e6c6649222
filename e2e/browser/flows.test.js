// What people do in Link, in a page with the drop-in, and what the app is told of it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bank, begin, client, ended, entered, exchange, linked } from './world.js';

describe('Link', () => {
  test('connects an institution, and shares what was chosen', async (t) => {
    const { page, person, token } = await begin(t);
    await person.connect();
    await person.share('0000', '1111');
    await person.at('connected');
    await person.press('Continue');
    const [public_token, metadata] = await ended(page, 'onSuccess', entered + linked);
    assert.match(public_token, /^public-sandbox-[0-9a-f-]{36}$/);
    assert.deepEqual(Object.keys(metadata).sort(), ['accounts', 'institution', 'link_session_id', 'transfer_status']);
    assert.deepEqual(metadata.institution, { institution_id: bank, name: 'First Platypus Bank' });
    assert.equal(metadata.transfer_status, null);
    const { access_token, accounts } = await exchange(public_token);
    assert.deepEqual(
      metadata.accounts,
      accounts.map(({ account_id, name, mask, type, subtype }) => ({
        id: account_id,
        name,
        mask,
        type,
        subtype,
        verification_status: null,
        class_type: null,
      })),
    );
    assert.deepEqual(
      accounts.map(({ mask }) => mask),
      ['0000', '1111'],
    );
    await client.transactionsSync({ access_token });

    const [session, ...others] = (await client.linkTokenGet({ link_token: token })).data.link_sessions;
    assert.deepEqual(others, []);
    assert.equal(session.link_session_id, metadata.link_session_id);
    assert.deepEqual(
      session.results.item_add_results.map((r) => r.public_token),
      [public_token],
    );
  });

  test('finds institutions by what is typed', async (t) => {
    const { page, person } = await begin(t);
    await person.press('Continue');
    const search = person.place.getByLabel('Search for your bank');
    await search.fill('no such bank');
    await person.place.locator('#results').getByText('Nothing matches').waitFor();
    await person.find('tartan', 'Tartan Bank');
    await person.at('answer');
    await person.press('Back');
    await person.at('institution');
    await person.press('Close');
    const [error, metadata] = await ended(
      page,
      'onExit',
      `OPEN
       VIEW CONSENT
       VIEW SELECT_INSTITUTION
       SEARCH_INSTITUTION tartan
       SELECT_INSTITUTION ins_109511
       VIEW CREDENTIAL
       VIEW SELECT_INSTITUTION
       EXIT requires_credentials`,
    );
    assert.equal(error, null);
    assert.deepEqual(Object.keys(metadata).sort(), ['institution', 'link_session_id', 'request_id', 'status']);
    assert.deepEqual([metadata.institution, metadata.status], [null, 'requires_credentials']);
  });

  test('lets a wrong password be corrected', async (t) => {
    const { page, person } = await begin(t);
    await person.connect('user_good', 'wrong');
    await person.place.getByRole('alert').waitFor();
    await person.signIn('user_good', 'pass_good');
    await person.share('0000');
    await person.press('Continue');
    await ended(
      page,
      'onSuccess',
      `${entered}
       ERROR INVALID_CREDENTIALS
       VIEW CREDENTIAL
       SUBMIT_CREDENTIALS
       VIEW LOADING` + linked,
    );
  });

  const mfa = [
    {
      password: 'mfa_device',
      async pass(person) {
        await person.pick('Text message to ***-***-0010');
        await person.answer({ Code: '1234' });
      },
      types: ['device', 'code'],
    },
    {
      password: 'mfa_questions_2_2',
      async pass(person) {
        for (const i of [0, 1]) {
          await person.answer({
            [`Question 1 of round ${i + 1}`]: `answer_${i}_0`,
            [`Question 2 of round ${i + 1}`]: `answer_${i}_1`,
          });
        }
      },
      types: ['questions', 'questions'],
    },
    { password: 'mfa_selections', pass: (person) => person.pick('Yes'), types: ['selections'] },
    {
      password: 'mfa_selections_1_2_3',
      pass: (person) => person.pick('answer_1_1_0', 'answer_1_2_0'),
      types: ['selections'],
    },
  ];
  for (const { password, pass, types } of mfa) {
    test(`asks for more with ${password}`, async (t) => {
      const { page, person } = await begin(t);
      await person.connect('user_good', password);
      await pass(person);
      await person.share('0000');
      await person.press('Continue');
      const steps = types.map((type) => `\nVIEW MFA ${type}\nSUBMIT_MFA ${type}\nVIEW LOADING`);
      const [public_token] = await ended(page, 'onSuccess', entered + steps.join('') + linked);
      const { accounts } = await exchange(public_token);
      assert.deepEqual(
        accounts.map(({ mask }) => mask),
        ['0000'],
      );
    });
  }

  test('lets a wrong answer be corrected, and is left where it stands', async (t) => {
    const { page, person } = await begin(t);
    await person.connect('user_good', 'mfa_device');
    await person.press('Continue');
    await person.answer({ Code: '4321' });
    await person.place.getByRole('alert').waitFor();
    await person.press('Close');
    await person.press('Keep going');
    await person.press('Close');
    await person.press('Leave');
    const [error, { status }] = await ended(
      page,
      'onExit',
      `${entered}
       VIEW MFA device
       SUBMIT_MFA device
       VIEW LOADING
       VIEW MFA code
       SUBMIT_MFA code
       VIEW LOADING
       ERROR INVALID_MFA
       VIEW MFA code
       VIEW EXIT
       VIEW MFA code
       VIEW EXIT
       EXIT INVALID_MFA requires_code`,
    );
    assert.deepEqual([error.error_type, error.error_code, status], ['ITEM_ERROR', 'INVALID_MFA', 'requires_code']);
  });

  test('is left by the app at once, and opens again', async (t) => {
    const { page, person } = await begin(t);
    await person.connect();
    await person.at('accounts');
    await page.evaluate(() => link.exit({ force: true }));
    const [error, { status, institution }] = await ended(
      page,
      'onExit',
      `${entered}
       VIEW SELECT_ACCOUNT
       EXIT requires_account_selection`,
    );
    assert.equal(error, null);
    assert.deepEqual([status, institution.institution_id], ['requires_account_selection', bank]);
    await page.click('#connect');
    await person.at('consent');
    await person.press('Close');
    await ended(page, 'onExit', 'OPEN\nVIEW CONSENT\nEXIT requires_credentials');
  });

  test('is left by the app as a person would', async (t) => {
    const { page, person } = await begin(t);
    await person.connect();
    await person.at('accounts');
    await page.evaluate(() => link.exit());
    await person.press('Leave');
    await ended(
      page,
      'onExit',
      `${entered}
       VIEW SELECT_ACCOUNT
       VIEW EXIT
       EXIT requires_account_selection`,
    );
  });

  test('asks before Escape leaves it', async (t) => {
    const { page, person } = await begin(t);
    await person.connect();
    await person.place.getByRole('heading', { level: 1, name: 'Choose the accounts' }).click();
    await page.keyboard.press('Escape');
    await person.press('Keep going');
    await person.share('0000');
    await person.press('Continue');
    await ended(
      page,
      'onSuccess',
      `${entered}
       VIEW SELECT_ACCOUNT
       VIEW EXIT` + linked,
    );
  });

  test('wants an account', async (t) => {
    const { page, person } = await begin(t);
    await person.connect();
    await person.at('accounts');
    await person.press('Continue');
    await person.place.getByRole('alert').waitFor();
    await person.share('0000');
    await person.press('Continue');
    await ended(page, 'onSuccess', entered + linked);
  });

  test('takes a step once, however often it is asked', async (t) => {
    const { page, person } = await begin(t);
    await person.connect();
    await person.place.getByRole('checkbox', { name: 'ending in 0000' }).check();
    await person.place.getByRole('button', { name: 'Continue' }).dblclick();
    await person.at('connected');
    await person.press('Continue');
    const [public_token] = await ended(page, 'onSuccess', entered + linked);
    await exchange(public_token);
  });

  test('leaves the way back as it was', async (t) => {
    const { page, person } = await begin(t);
    const length = await page.evaluate(() => history.length);
    await person.connect();
    await person.share('0000');
    await person.press('Continue');
    await ended(page, 'onSuccess', entered + linked);
    assert.equal(await page.evaluate(() => history.length), length);
  });

  test('connects several institutions', async (t) => {
    const { page, person, token } = await begin(t, { enable_multi_item_link: true });
    await person.connect();
    await person.share('0000');
    await person.press('Add another bank');
    await person.find('gingham', 'First Gingham Credit Union');
    await person.signIn('user_good', 'pass_good');
    await person.share('1111');
    await person.press('Continue');
    const [public_token, metadata] = await ended(
      page,
      'onSuccess',
      `${entered}
       VIEW SELECT_ACCOUNT
       VIEW CONNECTED
       CONNECT_NEW_INSTITUTION
       VIEW SELECT_INSTITUTION
       SEARCH_INSTITUTION gingham
       SELECT_INSTITUTION ins_109509
       VIEW CREDENTIAL
       SUBMIT_CREDENTIALS
       VIEW LOADING` + linked,
    );
    assert.deepEqual([public_token, metadata.institution, metadata.accounts], [null, null, []]);
    const [{ results }] = (await client.linkTokenGet({ link_token: token })).data.link_sessions;
    const items = await Promise.all(results.item_add_results.map((r) => exchange(r.public_token)));
    assert.deepEqual(items.map(({ accounts }) => accounts.map(({ mask }) => mask)).sort(), [['0000'], ['1111']]);
  });
});
