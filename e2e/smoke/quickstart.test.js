// What the quickstart of every Plaid app does, through npm's plaid.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CountryCode, Products } from 'plaid';
import { link, newClient, sync } from '../client.js';
import { running } from '../gingham.js';

const gingham = await running();
after(() => gingham.stop());

const all = [Products.Auth, Products.Identity, Products.Transactions, Products.Investments, Products.Liabilities];

/** Returns the day so many days ago, as the API writes days. */
function day(ago) {
  return new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
}

describe('an app', () => {
  const client = newClient(gingham);
  let access_token;
  let item_id;

  before(async () => {
    ({ access_token, item_id } = await link(client, all));
  });

  test('gets a link token', async () => {
    const { data } = await client.linkTokenCreate({
      client_name: 'Smoke',
      user: { client_user_id: 'user-id' },
      products: all,
      country_codes: [CountryCode.Us],
      language: 'en',
    });
    assert.match(data.link_token, /^link-sandbox-[0-9a-f-]{36}$/);
    assert.ok(new Date(data.expiration) > new Date());
    const got = await client.linkTokenGet({ link_token: data.link_token });
    assert.equal(got.data.metadata.client_name, 'Smoke');
  });

  test('has an Item', async () => {
    const { data } = await client.itemGet({ access_token });
    assert.equal(data.item.item_id, item_id);
    assert.equal(data.item.institution_id, 'ins_109508');
    assert.equal(data.item.error, null);
    const bank = await client.institutionsGetById({
      institution_id: data.item.institution_id,
      country_codes: [CountryCode.Us],
    });
    assert.equal(bank.data.institution.name, 'First Platypus Bank');
  });

  test('reads accounts and balances', async () => {
    const accounts = (await client.accountsGet({ access_token })).data.accounts;
    assert.ok(accounts.length > 8);
    const balances = (await client.accountsBalanceGet({ access_token })).data.accounts;
    assert.deepEqual(balances.map((a) => a.account_id), accounts.map((a) => a.account_id));
    const checking = accounts.find((a) => a.subtype === 'checking');
    assert.deepEqual([checking.mask, checking.balances.available, checking.balances.current], ['0000', 100, 110]);
  });

  test('reads numbers and owners', async () => {
    const { numbers } = (await client.authGet({ access_token })).data;
    assert.ok(numbers.ach.length > 0);
    assert.equal(numbers.ach[0].account, '1111222233330000');
    assert.equal(numbers.ach[0].routing, '011401533');
    const { accounts } = (await client.identityGet({ access_token })).data;
    assert.deepEqual(accounts[0].owners[0].names, ['Alberta Bobbeth Charleson']);
  });

  test('reads transactions, the new way and the old', async () => {
    const update = await sync(client, access_token, undefined, 7);
    assert.ok(update.pages > 1);
    assert.deepEqual([update.modified, update.removed], [[], []]);
    const { data } = await client.transactionsGet({
      access_token,
      start_date: day(800),
      end_date: day(0),
      options: { count: 500 },
    });
    assert.equal(data.total_transactions, data.transactions.length);
    const byID = (a, b) => a.transaction_id.localeCompare(b.transaction_id);
    assert.deepEqual(update.added.toSorted(byID), data.transactions.toSorted(byID));
    const again = await sync(client, access_token, update.cursor);
    assert.deepEqual([again.added, again.modified, again.removed], [[], [], []]);
    const recurring = (await client.transactionsRecurringGet({ access_token })).data;
    assert.ok(recurring.outflow_streams.length > 0);
  });

  test('reads investments', async () => {
    const { holdings, securities } = (await client.investmentsHoldingsGet({ access_token })).data;
    assert.ok(holdings.length > 0);
    for (const security of securities) {
      // Required by this version of the SDK, and null is a value of it.
      assert.ok('figi' in security);
    }
    const range = { start_date: day(365), end_date: day(0) };
    const { data } = await client.investmentsTransactionsGet({ access_token, ...range });
    assert.ok(data.total_investment_transactions > 0);
  });

  test('reads liabilities', async () => {
    const { liabilities } = (await client.liabilitiesGet({ access_token })).data;
    assert.deepEqual(
      [liabilities.credit.length > 0, liabilities.student.length, liabilities.mortgage.length],
      [true, 1, 1],
    );
  });

  test('gives a partner one account', async () => {
    const { accounts } = (await client.accountsGet({ access_token })).data;
    const created = await client.processorTokenCreate({
      access_token,
      account_id: accounts[0].account_id,
      processor: 'dwolla',
    });
    const { data } = await client.processorAuthGet({ processor_token: created.data.processor_token });
    assert.equal(data.account.account_id, accounts[0].account_id);
  });
});

test('changes arrive by sync', async () => {
  const client = newClient(gingham);
  const { access_token } = await link(client, [Products.Transactions], 'user_transactions_dynamic');
  const start = await sync(client, access_token);
  const rows = new Map(start.added.map((row) => [row.transaction_id, row]));
  await client.transactionsRefresh({ access_token });
  const update = await sync(client, access_token, start.cursor);
  for (const row of update.added) {
    assert.ok(!rows.has(row.transaction_id));
  }
  for (const row of update.modified) {
    assert.ok(rows.has(row.transaction_id));
  }
  for (const { transaction_id } of update.removed) {
    assert.ok(rows.get(transaction_id).pending);
    assert.ok(update.added.some((row) => row.pending_transaction_id === transaction_id && !row.pending));
  }
  assert.ok(update.added.length > 0);
});
