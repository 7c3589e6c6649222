// The SDK's client, and what an app does with it again and again.
import { Configuration, PlaidApi } from 'plaid';

/** Returns a client of a running Gingham. The base path is the one line that an app changes. */
export function newClient(gingham, secret = gingham.secret) {
  return new PlaidApi(
    new Configuration({
      basePath: gingham.url,
      baseOptions: {
        headers: { 'PLAID-CLIENT-ID': gingham.clientID, 'PLAID-SECRET': secret },
        timeout: 10_000,
      },
    }),
  );
}

/** Links an institution in the sandbox and returns the access token and the Item's id. */
export async function link(client, products, user) {
  const created = await client.sandboxPublicTokenCreate({
    institution_id: 'ins_109508',
    initial_products: products,
    options: user ? { override_username: user, override_password: 'any' } : undefined,
  });
  const exchanged = await client.itemPublicTokenExchange({ public_token: created.data.public_token });
  return exchanged.data;
}

/** Returns all that /transactions/sync has after a cursor, as an app collects it. */
export async function sync(client, accessToken, cursor, count) {
  const update = { added: [], modified: [], removed: [], pages: 0 };
  for (let more = true; more; ) {
    const { data } = await client.transactionsSync({ access_token: accessToken, cursor, count });
    for (const kind of ['added', 'modified', 'removed']) {
      update[kind].push(...data[kind]);
    }
    update.pages++;
    more = data.has_more;
    cursor = data.next_cursor;
  }
  return { ...update, cursor };
}
