// Link without a mouse and without eyes: where the focus is, and what a screen reader is told.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { begin, ended, entered, exchange, linked } from './world.js';

/** Someone who has a keyboard only, at a Link in a page. */
function typist({ page, person }) {
  const { keyboard } = page;
  const focused = person.place.locator(':focus');
  /** What has the focus, as a screen reader says it: what it is, its name, and its state. */
  const heard = async () => (await focused.ariaSnapshot()).match(/^- '?(\w+ "[^"]*"(?: \[.*?\])?)/)?.[1];
  return {
    heard,
    press: (key) => keyboard.press(key),
    type: (text) => keyboard.type(text),
    /** Waits till the focus is on something, said as by heard. */
    async on(what) {
      const deadline = Date.now() + 10_000;
      let last;
      while (Date.now() < deadline) {
        last = (await focused.count()) ? await heard() : 'nothing';
        if (last === what) {
          return;
        }
        await new Promise((done) => setTimeout(done, 20));
      }
      assert.equal(last, what);
    },
    /** Goes on to something, said as by heard; is told what was passed. */
    async tabTo(what) {
      const passed = [];
      for (let n = 0; n < 30; n++) {
        await keyboard.press('Tab');
        const here = (await focused.count()) ? await heard() : 'the app';
        if (here === what) {
          return passed;
        }
        passed.push(here);
      }
      assert.fail(`${what} is not among ${passed}`);
    },
  };
}

const announced = (person, text) => person.place.locator('#announcer[aria-live=polite]').getByText(text, { exact: true }).waitFor();

describe('by keyboard', () => {
  test('an institution is found and connected', async (t) => {
    const at = await begin(t);
    const { page, person } = at;
    const { heard, press, type, on, tabTo } = typist(at);
    await on('heading "Connect your accounts to Demo" [level=1]');
    await tabTo('button "Continue"');
    await press('Enter');

    await on('heading "Choose your bank" [level=1]');
    await tabTo('textbox "Search for your bank"');
    await type('no such bank');
    await announced(person, 'Nothing matches “no such bank”');
    await press('Control+A');
    await type('tartan');
    await announced(person, '1 institution found');
    await tabTo('button "Tartan Bank tartan-bank.example"');
    await press('Enter');

    await on('heading "Sign in to Tartan Bank" [level=1]');
    await tabTo('textbox "Username"');
    await type('user_good');
    await tabTo('textbox "Password"');
    await type('wrong');
    await tabTo('button "Show: Password"');
    await press('Space');
    assert.equal(await heard(), 'button "Hide: Password"');
    await press('Shift+Tab');
    assert.equal(await heard(), 'textbox "Password"');
    await press('Enter');

    // What was wrong is told, and typed again where the focus is.
    await on('textbox "Password" [invalid]');
    await person.place.getByRole('alert').getByText('Those details didn’t work').waitFor();
    await type('mfa_selections');
    await press('Enter');

    await on('heading "Verify that it’s you" [level=1]');
    await tabTo('radio "Yes"');
    await press('Space');
    await press('Enter');

    await on('heading "Choose the accounts to share" [level=1]');
    await tabTo('checkbox "Plaid Checking Checking ending in 0000"');
    await press('Space');
    assert.equal(await heard(), 'checkbox "Plaid Checking Checking ending in 0000" [checked]');
    await tabTo('button "Continue"');
    await press('Enter');

    await on('heading "Your accounts are connected" [level=1]');
    await tabTo('button "Continue"');
    await press('Enter');
    const [public_token] = await ended(
      page,
      'onSuccess',
      `OPEN
       VIEW CONSENT
       VIEW SELECT_INSTITUTION
       SEARCH_INSTITUTION tartan
       SELECT_INSTITUTION ins_109511
       VIEW CREDENTIAL
       SUBMIT_CREDENTIALS
       VIEW LOADING
       ERROR INVALID_CREDENTIALS
       VIEW CREDENTIAL
       SUBMIT_CREDENTIALS
       VIEW LOADING
       VIEW MFA selections
       SUBMIT_MFA selections
       VIEW LOADING` + linked,
    );
    assert.equal(await page.evaluate(() => document.activeElement.id), 'connect');
    const { accounts } = await exchange(public_token);
    assert.deepEqual(
      accounts.map(({ mask }) => mask),
      ['0000'],
    );
  });

  test('Link is left by Escape, after it has asked', async (t) => {
    const at = await begin(t);
    const { page, person } = at;
    const { press, on, tabTo } = typist(at);
    await person.connect();
    await on('heading "Choose the accounts to share" [level=1]');
    await press('Escape');
    await on('heading "Leave without connecting?" [level=1]');
    assert.deepEqual(await tabTo('button "Keep going"'), []);
    await press('Enter');
    await on('heading "Choose the accounts to share" [level=1]');
    await press('Escape');
    await on('heading "Leave without connecting?" [level=1]');
    await tabTo('button "Leave"');
    await press('Enter');
    await ended(
      page,
      'onExit',
      `${entered}
       VIEW SELECT_ACCOUNT
       VIEW EXIT
       VIEW SELECT_ACCOUNT
       VIEW EXIT
       EXIT requires_account_selection`,
    );
    assert.equal(await page.evaluate(() => document.activeElement.id), 'connect');
  });

  test('Link is left by Escape at once where there is nothing to lose', async (t) => {
    const at = await begin(t);
    const { press, on } = typist(at);
    await on('heading "Connect your accounts to Demo" [level=1]');
    await press('Escape');
    await ended(at.page, 'onExit', 'OPEN\nVIEW CONSENT\nEXIT requires_credentials');
    assert.equal(await at.page.evaluate(() => document.activeElement.id), 'connect');
  });

  test('the focus stays in Link', async (t) => {
    const at = await begin(t);
    const { on, press, heard } = typist(at);
    await on('heading "Connect your accounts to Demo" [level=1]');
    for (let n = 0; n < 12; n++) {
      await press('Tab');
      if (await at.page.evaluate(() => document.activeElement.tagName === 'IFRAME')) {
        assert.match(await heard(), /^button "(Close|Continue)"$/);
      } else {
        // The browser's own buttons are between the last and the first.
        assert.equal(await at.page.evaluate(() => document.activeElement.closest('main')), null);
      }
    }
  });

  test('what went wrong is heard, and what can be done about it comes next', async (t) => {
    const at = await begin(t);
    const { on, tabTo } = typist(at);
    await at.person.connect('user_good', 'error_ITEM_LOCKED');
    await on('heading "Your account is locked" [level=1]');
    await at.person.place.getByRole('alert').getByText('First Platypus Bank has locked it.').waitFor();
    assert.deepEqual(await tabTo('button "Try again"'), []);
  });

  test('what is on its way is heard', async (t) => {
    const at = await begin(t);
    await at.person.choose();
    const [, frame] = at.page.frames();
    const text = frame.evaluate(() => {
      const announcer = document.querySelector('#announcer');
      return new Promise((done) => {
        new MutationObserver(() => announcer.textContent && done(announcer.textContent)).observe(announcer, { childList: true });
      });
    });
    // An answer that is slow enough to be announced.
    await at.page.context().route('**/link/s/*', async (route) => {
      await text;
      return route.fallback();
    });
    await at.person.signIn('user_good', 'pass_good');
    assert.equal(await text, 'One moment…');
    await at.person.at('accounts');
  });
});
