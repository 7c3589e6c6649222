// Link in update mode, which mends an Item that is there.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bank, begin, client, ended, exchange, linked } from './world.js';

describe('update mode', () => {
  const reconnected = `
    OPEN
    VIEW CONSENT
    VIEW CREDENTIAL
    SUBMIT_CREDENTIALS
    VIEW LOADING`;

  /** Links an institution without Link, and opens Link to mend it. */
  async function mend(t, update) {
    const { data } = await client.sandboxPublicTokenCreate({ institution_id: bank, initial_products: ['transactions'] });
    const item = await exchange(data.public_token);
    await client.sandboxItemResetLogin({ access_token: item.access_token });
    const at = await begin(t, { access_token: item.access_token, products: undefined, update });
    return { ...at, ...item };
  }

  test('mends an Item', async (t) => {
    const { page, person, access_token, item_id } = await mend(t);
    await person.press('Continue');
    await person.signIn('user_good', 'pass_good');
    await person.press('Continue');
    const [public_token] = await ended(page, 'onSuccess', `${reconnected}\nVIEW CONNECTED\nHANDOFF`);
    const { item } = (await client.itemGet({ access_token })).data;
    assert.equal(item.error, null);
    assert.equal((await exchange(public_token)).item_id, item_id);
  });

  test('lets accounts be chosen anew', async (t) => {
    const { page, person, access_token, accounts } = await mend(t, { account_selection_enabled: true });
    await person.press('Continue');
    await person.signIn('user_good', 'pass_good');
    await person.place.getByRole('checkbox', { name: 'ending in 0000' }).uncheck();
    await person.press('Continue');
    await person.at('connected');
    await person.press('Continue');
    const [, metadata] = await ended(page, 'onSuccess', reconnected + linked);
    const left = (await client.accountsGet({ access_token })).data.accounts.map(({ account_id }) => account_id);
    assert.deepEqual(
      left,
      accounts.filter(({ mask }) => mask !== '0000').map(({ account_id }) => account_id),
    );
    assert.deepEqual(
      metadata.accounts.map(({ id }) => id),
      left,
    );
  });
});
