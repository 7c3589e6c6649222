// Link Money's gateway: a user's own token opens it, and what he links there is his.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newPage, refusal } from './browser.js';
import { app, bank, bearer, gingham, personIn, visit } from './world.js';

/** Calls the API with a bearer's token, and returns what it answers. */
async function call(token, path, body = {}) {
  const answer = await fetch(gingham.url + path, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const data = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(data));
  return data;
}

/** Opens the gateway for a user, and connects the first bank. */
async function enter(t, redirectUri, user) {
  const page = await newPage(t);
  await page.goto(await visit(redirectUri, user));
  const person = personIn(page);
  await person.connect();
  await person.share('0000', '1111');
  await person.at('connected');
  return { page, person };
}

describe('the gateway', () => {
  test('links two institutions in one visit, and tells the app', async (t) => {
    const { page, person } = await enter(t, app.site + '/done?from=bank#there', 'alice');
    await person.press('Add another bank');
    await person.find('gingham', 'First Gingham Credit Union');
    await person.signIn('user_good', 'pass_good');
    await person.share('3333');
    await person.press('Finish');
    await page.waitForURL(/\/done/);
    const { origin, pathname, searchParams, hash } = new URL(page.url());
    assert.deepEqual([origin + pathname, searchParams.get('from'), hash], [app.site + '/done', 'bank', '#there']);

    const events = JSON.parse(searchParams.get('events'));
    assert.deepEqual(
      events.map(({ user_id, institution, accounts }) => [user_id, institution, accounts.map(({ mask }) => mask)]),
      [
        [`${gingham.clientID}:alice`, { name: 'First Platypus Bank', institution_id: bank }, ['0000', '1111']],
        [`${gingham.clientID}:alice`, { name: 'First Gingham Credit Union', institution_id: 'ins_109509' }, ['3333']],
      ],
    );
    for (const { item_id, accounts } of events) {
      const token = await bearer({ item_id });
      const read = await call(token, '/v1/plaid/transactions/get', { start_date: '2024-01-01', end_date: '2099-12-31' });
      assert.ok(read.total_transactions > 0, 'there are transactions');
      assert.equal(read.item.item_id, item_id);
      assert.deepEqual(
        read.accounts.map(({ account_id }) => account_id),
        accounts.map(({ account_id, id }) => (assert.equal(id, account_id), account_id)),
      );
    }
    const { items } = await call(await bearer({ user_id: 'alice' }), '/accounts/get');
    assert.deepEqual(
      items.map(({ item_id }) => item_id).sort(),
      events.map(({ item_id }) => item_id).sort(),
    );
  });

  test('closes its window where it is sent nowhere', async (t) => {
    const opener = await newPage(t);
    await opener.goto(app.site + '/done');
    const url = await visit(undefined, 'bob');
    const [window] = await Promise.all([opener.waitForEvent('popup'), opener.evaluate((u) => void open(u), url)]);
    const person = personIn(window);
    await person.connect();
    await person.share('0000');
    const closed = window.waitForEvent('close');
    await person.press('Finish');
    await closed;
    const { items } = await call(await bearer({ user_id: 'bob' }), '/accounts/get');
    assert.equal(items.length, 1);
  });

  test('tells the app what was linked until it was left', async (t) => {
    const { page, person } = await enter(t, app.site + '/done', 'carol');
    await person.press('Add another bank');
    await person.at('institution');
    await person.press('Close');
    await page.waitForURL(/\/done\?/);
    const events = JSON.parse(new URL(page.url()).searchParams.get('events'));
    assert.deepEqual(
      events.map(({ institution }) => institution.institution_id),
      [bank],
    );
  });

  test('opens to nobody but a user', async (t) => {
    const page = await newPage(t, { expected: refusal });
    for (const token of ['nonsense', await bearer()]) {
      const query = new URLSearchParams({ token, redirectUri: app.site + '/done' });
      const answer = await page.goto(`${gingham.url}/api/authenticate?${query}`);
      assert.ok(answer.status() >= 400, `${answer.status()}`);
      await page.getByRole('heading').waitFor();
      assert.equal(await page.locator('form').count(), 0);
    }
  });
});
