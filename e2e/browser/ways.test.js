// The other ways to open Link: React, a search in an app's own page, a page of Link's own, a webview.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newPage, refusal, stopClock } from './browser.js';
import {
  app,
  bank,
  bare,
  chosen,
  ended,
  entered,
  exchange,
  gingham,
  linked,
  linkToken,
  oauthBank,
  personIn,
  sessionOf,
  told,
  without,
} from './world.js';

/** The events of a bank that has a page of its own, to which a page goes and comes back. */
const byOAuth = `
  OPEN
  VIEW CONSENT
  VIEW SELECT_INSTITUTION
  SELECT_INSTITUTION
  VIEW OAUTH
  OPEN_OAUTH
  VIEW CONNECTED
  HANDOFF`;

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
    const { events, results } = await sessionOf(link_token);
    assert.deepEqual(events, without(byOAuth));
    await exchange(results.item_add_results[0].public_token);
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

  test('says what to do where there is no session, and offers nothing that does nothing', async (t) => {
    const page = await newPage(t, { expected: refusal });
    await page.goto(gingham.url + '/link/5d2c0b3e-8f0e-4c5b-9a57-4d1b1a6e7c10');
    await page.getByText('Go back to the app that sent you here and start again.').waitFor();
    assert.deepEqual(await page.getByRole('button').all(), []);
  });

  test('works without script', async (t) => {
    const { link_token, hosted_link_url } = await linkToken({ hosted_link: { completion_redirect_uri: app.site + '/done' } });
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
    const { events, results } = await sessionOf(link_token);
    assert.deepEqual(
      events,
      without(
        `OPEN
         VIEW CONSENT
         VIEW SELECT_INSTITUTION
         SEARCH_INSTITUTION
         SELECT_INSTITUTION
         VIEW CREDENTIAL
         SUBMIT_CREDENTIALS
         VIEW LOADING
         VIEW MFA
         SUBMIT_MFA
         VIEW LOADING
         VIEW MFA
         SUBMIT_MFA
         VIEW LOADING` + linked,
      ),
    );
    await exchange(results.item_add_results[0].public_token);
  });
});

describe('a webview', () => {
  /** Opens Link in a page that does as a webview's app: navigations to it are read, and go nowhere. */
  async function view(t, prepare = () => {}) {
    const { link_token } = await linkToken();
    const page = await newPage(t);
    await prepare(page);
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
    return { page, person: personIn(page), link_token };
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

  test('tells its app of everything in its order, however fast one is', async (t) => {
    const { page, person } = await view(t, stopClock);
    await person.press('Continue');
    await person.at('institution');
    await page.clock.runFor(1000);
    assert.deepEqual(
      (await page.evaluate(() => went)).map(([, { event_name, view_name }]) => bare(event_name, view_name)),
      ['OPEN', 'VIEW CONSENT', 'VIEW SELECT_INSTITUTION'],
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
    const { page, person, link_token } = await view(t);
    await person.choose(oauthBank);
    await person.press('Continue');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Allow', exact: true }).click();
    await person.press('Continue');
    const { end } = await wentTo(page, 'connected');
    await exchange(end.public_token);
    const { events } = await sessionOf(link_token);
    assert.deepEqual(events, without(byOAuth));
  });
});
