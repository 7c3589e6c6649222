// What an app sees of errors: axios's, with Plaid's in the body.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { Products } from 'plaid';
import { link, newClient } from '../client.js';
import { running } from '../gingham.js';

const gingham = await running();
after(() => gingham.stop());

/** Fails unless a call is refused with the error. */
async function refused(call, error_type, error_code) {
  await assert.rejects(call, ({ response }) => {
    assert.ok(response, 'the server did not answer');
    assert.equal(response.status, 400);
    const { data } = response;
    assert.deepEqual([data.error_type, data.error_code], [error_type, error_code]);
    assert.match(data.request_id, /^[0-9A-Za-z]{15}$/);
    for (const key of ['display_message', 'documentation_url', 'error_message', 'suggested_action']) {
      assert.ok(key in data, `${key} is missing`);
    }
    return true;
  });
}

describe('an app is refused', () => {
  const client = newClient(gingham);

  test('with a wrong secret', async () => {
    const stranger = newClient(gingham, '0'.repeat(30));
    await refused(stranger.itemGet({ access_token: 'any' }), 'INVALID_INPUT', 'INVALID_API_KEYS');
  });

  test('with a token of no shape, or of nobody', async () => {
    for (const access_token of ['nonsense', 'access-sandbox-11111111-2222-4333-8444-555555555555']) {
      await refused(client.accountsGet({ access_token }), 'INVALID_INPUT', 'INVALID_ACCESS_TOKEN');
    }
  });

  test('without what is required, or with what is unknown', async () => {
    await refused(client.accountsGet({}), 'INVALID_REQUEST', 'MISSING_FIELDS');
    const { access_token } = await link(client, [Products.Auth]);
    await refused(client.accountsGet({ access_token, nope: 1 }), 'INVALID_REQUEST', 'UNKNOWN_FIELDS');
    await refused(client.transactionsSync({ access_token, count: 501 }), 'INVALID_REQUEST', 'INVALID_FIELD');
    await refused(client.transactionsSync({ access_token, cursor: 'x' }), 'INVALID_REQUEST', 'INVALID_FIELD');
  });

  test('when the login is needed again', async () => {
    const { access_token } = await link(client, [Products.Auth]);
    await client.sandboxItemResetLogin({ access_token });
    await refused(client.authGet({ access_token }), 'ITEM_ERROR', 'ITEM_LOGIN_REQUIRED');
    const { data } = await client.itemGet({ access_token });
    assert.equal(data.item.error.error_code, 'ITEM_LOGIN_REQUIRED');
  });

  test('once a token was rotated, and once the Item was removed', async () => {
    const { access_token } = await link(client, [Products.Auth]);
    const { data } = await client.itemAccessTokenInvalidate({ access_token });
    await refused(client.itemGet({ access_token }), 'INVALID_INPUT', 'INVALID_ACCESS_TOKEN');
    await client.itemRemove({ access_token: data.new_access_token });
    await refused(client.itemGet({ access_token: data.new_access_token }), 'ITEM_ERROR', 'ITEM_NOT_FOUND');
  });

  test('when a public token is exchanged twice', async () => {
    const { data } = await client.sandboxPublicTokenCreate({
      institution_id: 'ins_109508',
      initial_products: [Products.Auth],
    });
    const { public_token } = data;
    await client.itemPublicTokenExchange({ public_token });
    await refused(client.itemPublicTokenExchange({ public_token }), 'INVALID_INPUT', 'INVALID_PUBLIC_TOKEN');
  });
});
