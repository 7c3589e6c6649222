// The other ways to open Link: React, a search in an app's own page, a page of Link's own, a webview.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newPage } from './browser.js';
import {
  app,
  bank,
  chosen,
  client,
  ended,
  entered,
  exchange,
  gingham,
  linesOf,
  linked,
  linkToken,
  oauthBank,
  personIn,
  told,
} from './world.js';

/** An event by its name and view alone, and lines of events without what else they are about. */
const bare = (name, view) => (view ? `VIEW ${view}` : name);
const without = (events) => linesOf(events).map((line) => line.replace(/ ins_\d+$/, ''));

describe('react-plaid-link', () => {
  test('connects an institution', async (t) => {
    const { link_token } = await linkToken();
    const page = await newPage(t);
    await page.goto(`${app.site}/react?token=${link_token}`);
    const person = personIn(page.frameLocator('#plaid-link-iframe-1'));
    await page.click('text=Connect');
    await person.connect();
    await person.share('0000');
    await person.press('Continue');
    const [public_token] = await ended(page, 'onSuccess', entered + linked);
    await exchange(public_token);
  });

  test('leaves Link when its component goes', async (t) => {
    const { link_token } = await linkToken();
    const page = await newPage(t);
    await page.goto(`${app.site}/react?token=${link_token}`);
    await page.click('text=Connect');
    await personIn(page.frameLocator('#plaid-link-iframe-1')).at('consent');
    await page.evaluate(() => unmount());
    await ended(page, 'onExit', 'OPEN\nVIEW CONSENT\nEXIT requires_credentials');
  });
});

describe('an embedded search', () => {
  const begun = `
    OPEN
    VIEW SELECT_INSTITUTION`;

  async function embed(t) {
    const { link_token } = await linkToken();
    const page = await newPage(t);
    await page.goto(app.site + '/place');
    await page.evaluate((token) => void (globalThis.search = Plaid.createEmbedded({ token, ...callbacks }, place)), link_token);
    const person = personIn(page.frameLocator('#place iframe'));
    await person.at('institution');
    return { page, person };
  }

  test('goes on as Link, and comes back', async (t) => {
    const { page, person } = await embed(t);
    const [place, frame] = await Promise.all([page.locator('#place').boundingBox(), page.locator('iframe').boundingBox()]);
    assert.equal(frame.width, place.width);
    await person.find('tartan', 'Tartan Bank');
    await person.at('consent');
    assert.deepEqual(await page.locator('iframe').boundingBox(), { x: 0, y: 0, ...page.viewportSize() });
    await person.press('Close');
    const [error] = await told(
      page,
      'onExit',
      `${begun}
       SEARCH_INSTITUTION tartan
       SELECT_INSTITUTION ins_109511
       VIEW CONSENT
       EXIT requires_credentials`,
    );
    assert.equal(error, null);
    assert.equal(await page.locator('dialog:modal').count(), 0);
    await person.at('institution');
    await person.place.locator(`#aut-${bank}`).click();
    await person.press('Continue');
    await person.signIn('user_good', 'pass_good');
    await person.share('0000');
    await person.press('Continue');
    const [public_token] = await ended(
      page,
      'onSuccess',
      `${begun}
       SELECT_INSTITUTION ${bank}
       VIEW CONSENT
       VIEW CREDENTIAL
       SUBMIT_CREDENTIALS
       VIEW LOADING` + linked,
    );
    await exchange(public_token);
  });

  test('goes on as Link where the institution can’t be connected', async (t) => {
    const { page, person } = await embed(t);
    await person.find('unhealthy', 'Unhealthy Platypus Bank - Down');
    await person.at('error');
    assert.equal(await page.locator('dialog:modal').count(), 1);
  });
});

describe('a page of its own', () => {
  /** Opens the page of a new link token that ends at the app's. */
  async function host(t) {
    const completion_redirect_uri = app.site + '/done';
    const { link_token, hosted_link_url } = await linkToken({ hosted_link: { completion_redirect_uri } });
    const page = await newPage(t);
    await page.goto(hosted_link_url);
    return { page, person: personIn(page), link_token };
  }

  /** The one session of a link token, with its events in short, the first first. */
  async function sessionOf(link_token) {
    const [session, ...others] = (await client.linkTokenGet({ link_token })).data.link_sessions;
    assert.deepEqual(others, []);
    const events = session.events.map(({ event_name, event_metadata: { view_name } }) => bare(event_name, view_name));
    return { ...session, events: events.reverse() };
  }

  test('connects an institution and goes back to the app', async (t) => {
    const { page, person, link_token } = await host(t);
    await person.connect();
    await person.share('0000');
    await person.press('Continue');
    await page.waitForURL(app.site + '/done');
    const { events, results } = await sessionOf(link_token);
    assert.deepEqual(events, without(entered + linked));
    await exchange(results.item_add_results[0].public_token);
  });

  test('goes to a bank’s page and comes back', async (t) => {
    const { page, person, link_token } = await host(t);
    await person.choose(oauthBank);
    await person.press('Continue');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await person.press('Continue');
    await page.waitForURL(app.site + '/done');
    const { events } = await sessionOf(link_token);
    assert.deepEqual(events.slice(-4), ['VIEW OAUTH', 'OPEN_OAUTH', 'VIEW CONNECTED', 'HANDOFF']);
  });

  test('is left', async (t) => {
    const { page, person, link_token } = await host(t);
    await person.choose();
    await person.press('Close');
    await person.press('Leave');
    await page.waitForURL(app.site + '/done');
    const { events, exit } = await sessionOf(link_token);
    assert.deepEqual(events, without(`${chosen}\nVIEW EXIT\nEXIT`));
    assert.deepEqual([exit.error, exit.metadata.status], [null, 'requires_credentials']);
  });

  test('works without script', async (t) => {
    const { hosted_link_url } = await linkToken({ hosted_link: { completion_redirect_uri: app.site + '/done' } });
    const page = await newPage(t, { javaScriptEnabled: false });
    await page.goto(hosted_link_url);
    const person = personIn(page);
    await person.press('Continue');
    await page.getByLabel('Search for your bank').fill('platypus');
    await page.keyboard.press('Enter');
    await page.locator(`#aut-${bank}`).click();
    await person.signIn('user_good', 'mfa_device');
    await person.press('Continue');
    await person.answer({ Code: '1234' });
    await person.share('0000', '1111');
    await person.press('Continue');
    await page.waitForURL(app.site + '/done');
  });
});

describe('a webview', () => {
  /** Opens Link in a page that does as a webview's app: navigations to it are read, and go nowhere. */
  async function view(t) {
    const { link_token } = await linkToken();
    const page = await newPage(t);
    await page.addInitScript(() => {
      globalThis.went = [];
      navigation.addEventListener('navigate', (event) => {
        const { protocol, host, searchParams } = new URL(event.destination.url);
        if (protocol === 'plaidlink:') {
          event.preventDefault();
          went.push([host, Object.fromEntries(searchParams)]);
        }
      });
    });
    await page.goto(`${gingham.url}/link/v2/stable/link.html?isWebview=true&token=${link_token}`);
    return { page, person: personIn(page) };
  }

  /** Where a page has gone, once it has gone to the end, which is the last. */
  async function wentTo(page, host) {
    await page.waitForFunction((last) => went.at(-1)?.[0] === last, host);
    const went = await page.evaluate(() => went);
    return { end: went.pop()[1], events: went };
  }

  test('tells its app by navigation', async (t) => {
    const { page, person } = await view(t);
    await person.connect();
    await person.share('0000');
    await person.press('Continue');
    const { end, events } = await wentTo(page, 'connected');
    const item = await exchange(end.public_token);
    assert.deepEqual(
      JSON.parse(end.accounts),
      item.accounts.map(({ account_id, name, mask, type, subtype }) => ({
        _id: account_id,
        meta: { name, number: mask },
        type,
        subtype,
      })),
    );
    assert.deepEqual([end.institution_id, end.institution_name], [bank, 'First Platypus Bank']);
    assert.ok(end.link_session_id);
    assert.ok(events.every(([host]) => host === 'event'));
    assert.deepEqual(
      events.map(([, { event_name, view_name }]) => bare(event_name, view_name)),
      without(entered + linked),
    );
  });

  test('tells its app how it was left', async (t) => {
    const { page, person } = await view(t);
    await person.connect('user_good', 'error_ITEM_LOCKED');
    await person.at('error');
    await person.press('Close');
    await person.press('Leave');
    const { end } = await wentTo(page, 'exit');
    assert.deepEqual(
      [end.status, end.error_type, end.error_code, end.institution_id],
      ['requires_credentials', 'ITEM_ERROR', 'ITEM_LOCKED', bank],
    );
  });

  test('goes to a bank’s page and comes back', async (t) => {
    const { page, person } = await view(t);
    await person.choose(oauthBank);
    await person.press('Continue');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await person.press('Continue');
    const { end } = await wentTo(page, 'connected');
    await exchange(end.public_token);
  });
});
