// Files of a bank, put into Link, and what an app reads of them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { sync } from '../client.js';
import { remember } from './canary.js';
import { begin, client, ended, exchange, gingham, linked } from './world.js';

/** A file of fixtures/, as a person chooses it. */
const fixture = (name) => ({
  name,
  mimeType: 'application/x-ofx',
  buffer: readFileSync(new URL(`fixtures/${name}`, import.meta.url)),
});

// A checking account, month by month; each file begins with rows of the one before. The first
// has a savings account too.
const september = fixture('september.ofx');
const october = fixture('october.ofx');
const november = fixture('november.ofx');
const brokerage = fixture('brokerage.ofx');

/** An amount of september, and what it is broken to. */
const amount = '-84.20';
const noAmount = '$84.20';

for (const { buffer } of [september, october, november, brokerage]) {
  for (const [, kind, value] of buffer.toString().matchAll(/<(ACCTID|NAME|SECNAME)>([^<\n]+)/g)) {
    remember(`${kind} of a file`, value);
  }
}
remember('amount of a file', noAmount);

describe('a bank’s files', () => {
  const found = `
    OPEN
    VIEW CONSENT
    VIEW SELECT_INSTITUTION
    SEARCH_INSTITUTION files
    SELECT_INSTITUTION ins_files
    VIEW UPLOAD_DOCUMENTS`;
  const uploaded = `
    SUBMIT_DOCUMENTS
    VIEW LOADING
    SUBMIT_DOCUMENTS_SUCCESS`;
  const updating = `
    OPEN
    VIEW CONSENT
    VIEW UPLOAD_DOCUMENTS`;

  /** Goes from the beginning to where a file is asked for. */
  async function atUpload(t, more) {
    const at = await begin(t, more);
    await at.person.press('Continue');
    await at.person.find('files', 'Bank files');
    return at;
  }

  async function upload(person, file) {
    await person.place.getByLabel('File', { exact: true }).setInputFiles(file);
    await person.press('Continue');
  }

  /** Links the checking account of september, in Link, and syncs it. */
  async function linkChecking(t) {
    const { page, person } = await atUpload(t);
    await upload(person, september);
    await person.share('0412');
    await person.press('Continue');
    const [public_token] = await ended(page, 'onSuccess', found + uploaded + linked);
    const item = await exchange(public_token);
    return { ...item, synced: await sync(client, item.access_token) };
  }

  /** Opens Link to add a file to an Item, and goes to where it is asked for. */
  async function atUpdate(t, access_token, update) {
    const at = await begin(t, { access_token, products: undefined, update });
    await at.person.press('Continue');
    return at;
  }

  /** What came after a cursor, where nothing but new rows may have. */
  async function addedAfter(access_token, cursor) {
    const { added, modified, removed, ...rest } = await sync(client, access_token, cursor);
    assert.deepEqual([modified, removed], [[], []]);
    return { ...rest, rows: rowsOf(added) };
  }

  /** Transactions in short, in the order of days. */
  const rowsOf = (transactions) =>
    transactions
      .map(({ date, name, amount, iso_currency_code }) => [date, name, amount, iso_currency_code].join(' '))
      .sort();

  test('link an account that was chosen, with its rows', async (t) => {
    const { page, person } = await atUpload(t);
    await upload(person, september);
    await person.at('accounts');
    assert.deepEqual(await person.place.locator('ul.rows > li').allInnerTexts(), [
      'Checking\nChecking •••• 0412\nending in 0412',
      'Savings\nSavings •••• 7728\nending in 7728',
    ]);
    await person.share('0412');
    await person.at('connected');
    await person.press('Continue');
    const [public_token, metadata] = await ended(page, 'onSuccess', found + uploaded + linked);
    assert.deepEqual(metadata.institution, { institution_id: 'ins_files', name: 'Bank files' });

    const { access_token, accounts } = await exchange(public_token);
    assert.deepEqual(
      metadata.accounts.map(({ id, mask }) => [id, mask]),
      accounts.map(({ account_id, mask }) => [account_id, mask]),
    );
    const [{ account_id, balances, ...account }, ...others] = accounts;
    assert.deepEqual(others, []);
    assert.deepEqual(
      [account.name, account.mask, account.type, account.subtype],
      ['Checking', '0412', 'depository', 'checking'],
    );
    assert.deepEqual([balances.current, balances.available, balances.iso_currency_code], [2410.55, 2390.55, 'USD']);

    const { added, modified, removed } = await sync(client, access_token);
    assert.deepEqual([modified, removed], [[], []]);
    assert.ok(added.every((transaction) => transaction.account_id === account_id));
    // Money out is positive, as Plaid has it; in the file it is negative.
    assert.deepEqual(rowsOf(added), [
      '2026-09-04 TIDEWATER OUTFITTERS PAYROLL -1850 USD',
      '2026-09-11 WHOLEFDS MKT 10234 BOSTON MA 84.2 USD',
      '2026-09-28 STARBUCKS STORE 04411 5.75 USD',
      '2026-09-30 MONTHLY SERVICE FEE 12 USD',
    ]);
    assert.deepEqual(
      added
        .map(({ merchant_name, personal_finance_category: { primary, detailed, confidence_level } }) =>
          [merchant_name, primary, detailed, confidence_level].join(' '),
        )
        .sort(),
      [
        ' BANK_FEES BANK_FEES_OTHER_BANK_FEES MEDIUM',
        ' INCOME INCOME_SALARY HIGH',
        'Starbucks FOOD_AND_DRINK FOOD_AND_DRINK_COFFEE VERY_HIGH',
        'Whole Foods Market FOOD_AND_DRINK FOOD_AND_DRINK_GROCERIES VERY_HIGH',
      ],
    );
  });

  test('link a broker’s account, with what is held', async (t) => {
    const { page, person } = await atUpload(t, { products: ['investments'] });
    await upload(person, brokerage);
    await person.share('5517');
    await person.press('Continue');
    const [public_token] = await ended(page, 'onSuccess', found + uploaded + linked);
    const { access_token } = await exchange(public_token);

    const { accounts, holdings, securities } = (await client.investmentsHoldingsGet({ access_token })).data;
    assert.deepEqual(
      accounts.map(({ mask, type, subtype, balances }) => [mask, type, subtype, balances.current]),
      [['5517', 'investment', 'brokerage', 817.15]],
    );
    const security = (id) => securities.find(({ security_id }) => security_id === id);
    assert.deepEqual(
      holdings.map(({ security_id, quantity, institution_price, institution_value, institution_price_as_of }) => [
        security(security_id).ticker_symbol,
        quantity,
        institution_price,
        institution_value,
        institution_price_as_of,
      ]),
      [
        ['MRRM', 12, 42.25, 507, '2026-10-30'],
        ['CUR:USD', 310.15, 1, 310.15, '2026-10-30'],
      ],
    );

    const { investment_transactions } = (
      await client.investmentsTransactionsGet({ access_token, start_date: '2026-10-01', end_date: '2026-10-31' })
    ).data;
    assert.deepEqual(
      investment_transactions.map(({ date, type, subtype, security_id, quantity, price, fees, amount }) => [
        date,
        type,
        subtype,
        security(security_id).name,
        quantity,
        price,
        fees,
        amount,
      ]),
      [['2026-10-06', 'buy', 'buy', 'Marram Grass Works', 12, 40.5, 4, 490]],
    );
  });

  test('add what is new, by a script and in update mode', async (t) => {
    const { access_token, item_id, synced } = await linkChecking(t);
    const answer = await fetch(gingham.url + '/gingham/files/upload', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        client_id: gingham.clientID,
        secret: gingham.secret,
        access_token,
        file: october.buffer.toString('base64'),
      }),
    });
    const { format, accounts, transactions, warnings, added, modified, removed } = await answer.json();
    assert.deepEqual([answer.status, format, accounts, transactions, warnings], [200, 'OFX 1.0.2', 1, 4, []]);
    assert.deepEqual([added, modified, removed], [2, 0, 0]);
    const after = await addedAfter(access_token, synced.cursor);
    assert.deepEqual(after.rows, [
      '2026-10-02 TIDEWATER OUTFITTERS PAYROLL -1850 USD',
      '2026-10-19 EVERSOURCE ELECTRIC BILL 61.35 USD',
    ]);

    const { page, person } = await atUpdate(t, access_token);
    await upload(person, november);
    await person.at('connected');
    await person.press('Continue');
    const [public_token] = await ended(page, 'onSuccess', `${updating}${uploaded}\nVIEW CONNECTED\nHANDOFF`);
    const mended = await exchange(public_token);
    assert.equal(mended.item_id, item_id);
    assert.deepEqual(
      mended.accounts.map(({ mask, balances }) => [mask, balances.current]),
      [['0412', 4178]],
    );
    // What a file has twice is two.
    assert.deepEqual((await addedAfter(access_token, after.cursor)).rows, [
      '2026-11-06 QUILL AND KETTLE 4.6 USD',
      '2026-11-06 QUILL AND KETTLE 4.6 USD',
    ]);
  });

  test('let one more of their accounts be shared in update mode', async (t) => {
    const { access_token, synced } = await linkChecking(t);
    const { page, person } = await atUpdate(t, access_token, { account_selection_enabled: true });
    await upload(person, september);
    await person.share('7728');
    await person.at('connected');
    await person.press('Continue');
    const [, metadata] = await ended(page, 'onSuccess', updating + uploaded + linked);
    assert.deepEqual(
      metadata.accounts.map(({ mask }) => mask),
      ['0412', '7728'],
    );
    assert.deepEqual((await addedAfter(access_token, synced.cursor)).rows, ['2026-09-30 INTEREST PAID -1.37 USD']);
  });

  test('that are broken are refused with the line, and the right one is taken after it', async (t) => {
    const text = september.buffer.toString();
    const line = text.slice(0, text.indexOf(amount)).split('\n').length;
    const broken = { ...september, buffer: Buffer.from(text.replace(amount, () => noAmount)) };
    const { page, person } = await atUpload(t);
    await upload(person, broken);
    const alert = person.place.getByRole('alert');
    await alert.waitFor();
    const [title, , detail] = (await alert.innerText()).split('\n');
    assert.deepEqual(
      [title, detail],
      ['That can’t be read', `line ${line}: TRNAMT is "${noAmount}", which is no amount`],
    );
    await upload(person, september);
    await person.share('0412');
    await person.press('Continue');
    const [public_token] = await ended(
      page,
      'onSuccess',
      `${found}
       SUBMIT_DOCUMENTS
       VIEW LOADING
       SUBMIT_DOCUMENTS_ERROR
       ERROR INVALID_FIELD
       VIEW UPLOAD_DOCUMENTS` +
        uploaded +
        linked,
    );
    const { access_token } = await exchange(public_token);
    assert.equal((await sync(client, access_token)).added.length, 4);
  });

  test('that are tables are asked about', async (t) => {
    const table = 'Date,Description,Amount\n03/04/2026,QUILL AND KETTLE,4.60\n05/04/2026,PARKING GARAGE,7.00\n';
    const { page, person } = await atUpload(t);
    await upload(person, { name: 'card.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
    for (const option of ['03/04/2026 → 2026-04-03', 'QUILL AND KETTLE 4.60 → −4.60', 'Credit card']) {
      await person.place.getByRole('radio', { name: option, exact: true }).check();
    }
    await person.answer({ Currency: 'GBP', 'Name of the account': 'Everyday card' });
    await person.place.getByRole('checkbox', { name: 'Everyday card' }).check();
    await person.press('Continue');
    await person.press('Continue');
    const questions = `
      VIEW MFA questions
      SUBMIT_MFA questions
      VIEW LOADING`;
    const [public_token] = await ended(page, 'onSuccess', found + uploaded + questions + linked);
    const { access_token, accounts } = await exchange(public_token);
    assert.deepEqual(
      accounts.map(({ name, type, subtype, balances }) => [name, type, subtype, balances.iso_currency_code]),
      [['Everyday card', 'credit', 'credit card', 'GBP']],
    );
    assert.deepEqual(rowsOf((await sync(client, access_token)).added), [
      '2026-04-03 QUILL AND KETTLE 4.6 GBP',
      '2026-04-05 PARKING GARAGE 7 GBP',
    ]);
  });

  test('need not be given', async (t) => {
    const { page, person } = await atUpload(t);
    await person.at('answer');
    await person.press('Close');
    await person.press('Leave');
    const [error, { status, institution }] = await ended(
      page,
      'onExit',
      `${found}
       VIEW EXIT
       EXIT requires_credentials`,
    );
    assert.equal(error, null);
    assert.deepEqual([status, institution], ['requires_credentials', { institution_id: 'ins_files', name: 'Bank files' }]);
  });
});
