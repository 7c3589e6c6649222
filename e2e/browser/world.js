// A Gingham, an app's server that talks to it by npm's plaid, and the app's pages.
import assert from 'node:assert/strict';
import { newClient } from '../client.js';
import { newPage } from './browser.js';
import { remember, watched } from './canary.js';
import { plainPage, plainScript } from './plain.js';
import { reactPage, reactScript } from './react.js';
import { serve } from './site.js';

export const gingham = await watched();
export const client = newClient(gingham);

const script = gingham.url + '/link/v2/stable/link-initialize.js';
// An app that can be dark, as Link.
const head = `<meta name="color-scheme" content="light dark">
<style>body { font: 1rem/1.5 system-ui; margin: 2rem 1rem }</style>`;
export const app = await serve({
  '/': plainPage(script, { head }),
  '/place': plainPage(script, { head, body: '<div id="place" style="max-width: 400px; margin-top: 1rem"></div>' }),
  '/plain.js': plainScript,
  '/react': reactPage(script),
  '/react.js': await reactScript(),
  '/frame': ({ searchParams }) => `<!doctype html><title>A page</title><iframe src="${searchParams.get('of')}"></iframe>`,
  '/done': '<!doctype html><title>Done</title>',
});

/** An institution of the sandbox that asks for user name and password, and one with a page of its own. */
export const bank = 'ins_109508';
export const oauthBank = 'ins_127287';

/** Makes a link token; more is put over the request. */
export async function linkToken(more) {
  const { data } = await client.linkTokenCreate({
    client_name: 'Demo',
    language: 'en',
    country_codes: ['US'],
    user: { client_user_id: 'someone' },
    products: ['transactions'],
    ...more,
  });
  remember('link token', data.link_token);
  return data;
}

/** Exchanges a public token, and returns the Item's access token, id and accounts as the API has them. */
export async function exchange(public_token) {
  remember('public token', public_token);
  const { data } = await client.itemPublicTokenExchange({ public_token });
  remember('access token', data.access_token);
  const { accounts } = (await client.accountsGet({ access_token: data.access_token })).data;
  return { ...data, accounts };
}

/** Asks for a token of Link Money's: more says whose, as {user_id: …}. */
export async function bearer(more) {
  const answer = await fetch(gingham.url + '/oauth/token', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      grant_type: 'client_credentials',
      client_id: gingham.clientID,
      client_secret: gingham.secret,
      ...more,
    }),
  });
  const { access_token } = await answer.json();
  assert.equal(answer.status, 200);
  remember('bearer', access_token);
  return access_token;
}

/** Where a user of Link Money's is sent to link, and back to redirectUri, if there is one. */
export async function visit(redirectUri, user = 'someone') {
  const query = new URLSearchParams({ token: await bearer({ user_id: user }), ...(redirectUri && { redirectUri }) });
  return `${gingham.url}/api/authenticate?${query}`;
}

/** Opens the plain page with a Link in it that was made with config, and shown. */
export async function openLink(t, config, options) {
  const page = await newPage(t, options);
  await page.goto(app.site);
  await page.evaluate((c) => void (globalThis.link = newLink(c)), config);
  await page.click('#connect');
  return { page, person: personIn(page.frameLocator('#plaid-link-iframe-1')) };
}

/** Opens the plain page with a Link that is shown, with a new link token. */
export async function begin(t, more, options) {
  const { link_token } = await linkToken(more);
  return { token: link_token, ...(await openLink(t, { token: link_token }, options)) };
}

/** Someone who goes through Link in a page or a frame. */
export function personIn(place) {
  // While a step is under way a button does nothing, though the next pane may have one of its name.
  const ready = place.locator('#link:not([aria-busy=true])');
  const press = (name) => ready.getByRole('button', { name, exact: true }).click();
  return {
    place,
    press,
    /** Waits for a pane. */
    at: (pane) => place.locator(`#link[data-pane=${pane}]`).waitFor(),
    /** Goes on to an institution. */
    async choose(id = bank) {
      await press('Continue');
      await place.locator(`#aut-${id}`).click();
    },
    async find(text, name) {
      await place.getByLabel('Search for your bank').fill(text);
      await place.getByRole('button', { name }).click();
    },
    async signIn(username, password) {
      await place.getByLabel('Username').fill(username);
      await place.getByLabel('Password', { exact: true }).fill(password);
      await press('Continue');
    },
    async answer(answers) {
      for (const [label, text] of Object.entries(answers)) {
        await place.getByLabel(label).fill(text);
      }
      await press('Continue');
    },
    async pick(...options) {
      for (const option of options) {
        await place.getByRole('radio', { name: option, exact: true }).check();
      }
      await press('Continue');
    },
    /** Shares the accounts of these masks. */
    async share(...masks) {
      for (const mask of masks) {
        await place.getByRole('checkbox', { name: `ending in ${mask}` }).check();
      }
      await press('Continue');
    },
    /** From the beginning to the accounts. */
    async connect(username = 'user_good', password = 'pass_good') {
      await this.choose();
      await this.signIn(username, password);
    },
  };
}

const keys = [
  'account_number_mask',
  'error_code',
  'error_message',
  'error_type',
  'exit_status',
  'institution_id',
  'institution_name',
  'institution_search_query',
  'is_update_mode',
  'link_session_id',
  'match_reason',
  'mfa_type',
  'request_id',
  'routing_number',
  'selection',
  'timestamp',
  'view_name',
];

/** An event in short: its name, and what it is about. */
function brief([, name, metadata]) {
  assert.deepEqual(Object.keys(metadata).sort(), keys);
  for (const key of ['link_session_id', 'request_id', 'timestamp']) {
    assert.ok(metadata[key], `${name} has no ${key}`);
  }
  assert.equal(new Date(metadata.timestamp).toISOString(), metadata.timestamp);
  const about = {
    TRANSITION_VIEW: [metadata.view_name, metadata.mfa_type],
    SUBMIT_MFA: [metadata.mfa_type],
    SEARCH_INSTITUTION: [metadata.institution_search_query],
    SELECT_INSTITUTION: [metadata.institution_id],
    ERROR: [metadata.error_code],
    EXIT: [metadata.error_code, metadata.exit_status],
  }[name];
  return [name === 'TRANSITION_VIEW' ? 'VIEW' : name, ...(about ?? [])].filter(Boolean).join(' ');
}

/**
 * Waits till a session of a page's Link has ended, and checks everything that was called back in it:
 * the events, a line each, and nothing after the end. Returns the values of onSuccess or onExit.
 */
export async function told(page, callback, events) {
  await page.waitForFunction(() => calls.some(([name]) => name === 'onSuccess' || name === 'onExit'));
  const calls = await page.evaluate(() => calls.splice(0));
  const [name, ...values] = calls.filter(([name]) => name !== 'onLoad').pop();
  const briefs = calls.filter(([name]) => name === 'onEvent').map(brief);
  assert.deepEqual(briefs, linesOf(events));
  assert.equal(name, callback);
  return values;
}

/** As told, where the page's Link is gone then. */
export async function ended(page, callback, events) {
  const values = await told(page, callback, events);
  assert.equal(await page.locator('dialog').count(), 0);
  return values;
}

/** The lines of a text that have something on them. */
export function linesOf(text) {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}

/** The one session of a link token as the API tells of it, with its events a line each, the first first. */
export async function sessionOf(link_token) {
  const [session, ...others] = (await client.linkTokenGet({ link_token })).data.link_sessions;
  assert.deepEqual(others, []);
  const events = session.events.map(({ event_name, event_metadata: { view_name } }) => bare(event_name, view_name));
  return { ...session, events: events.reverse() };
}

/** An event by its name and view alone, and lines of events without what else they are about. */
export const bare = (name, view) => (view ? `VIEW ${view}` : name);
export const without = (events) => linesOf(events).map((line) => line.replace(/^(VIEW \w+|\w+).*$/, '$1'));

/** The events up to the choice of the usual institution, and up to its answer to what was entered. */
export const chosen = `
  OPEN
  VIEW CONSENT
  VIEW SELECT_INSTITUTION
  SELECT_INSTITUTION ${bank}
  VIEW CREDENTIAL`;
export const entered = `${chosen}
  SUBMIT_CREDENTIALS
  VIEW LOADING`;
export const linked = `
  VIEW SELECT_ACCOUNT
  VIEW CONNECTED
  HANDOFF`;
