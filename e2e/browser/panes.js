// Every pane of Link, as a walk through it: what is done to come to the next.
import { readFileSync } from 'node:fs';
import { bank, oauthBank } from './world.js';

/**
 * Sessions, by name, of what is asked of /link/token/create (open, with `more`), and of steps: each
 * shows the pane of a name after what is done. `update` is how an Item is to be mended, `kind` is how Link is
 * opened if not by the drop-in. A step is done by a person in Link, in a page.
 */
export const walks = {
  connecting: {
    steps: [
      ['consent', async () => {}],
      ['institutions', (person) => person.press('Continue')],
      ['search', (person) => search(person, 'platypus', 'First Platypus Bank')],
      ['not-found', (person) => search(person, 'no such bank', 'Nothing matches')],
      [
        'credentials',
        async (person) => {
          await search(person, 'platypus', 'First Platypus Bank');
          await person.place.locator(`#aut-${bank}`).click();
          await person.at('answer');
        },
      ],
      [
        'credentials-wrong',
        async (person) => {
          await person.signIn('user_good', 'wrong');
          await person.place.getByRole('alert').waitFor();
        },
      ],
      [
        'device',
        async (person) => {
          await person.signIn('user_good', 'mfa_device');
          await person.place.getByRole('group', { name: 'Send the code to' }).waitFor();
        },
      ],
      [
        'code',
        async (person) => {
          await person.press('Continue');
          await person.place.getByLabel('Code', { exact: true }).waitFor();
        },
      ],
      [
        'code-wrong',
        async (person) => {
          await person.answer({ Code: '1' });
          await person.place.getByRole('alert').waitFor();
        },
      ],
      [
        'accounts',
        async (person) => {
          await person.answer({ Code: '1234' });
          await person.at('accounts');
        },
      ],
      [
        'accounts-none',
        async (person) => {
          await person.press('Continue');
          await person.place.getByRole('alert').waitFor();
        },
      ],
      [
        'exit',
        async (person) => {
          await person.press('Close');
          await person.at('exit');
        },
      ],
      [
        'connected',
        async (person) => {
          await person.press('Keep going');
          await person.share('0000', '1111', '3333');
          await person.at('connected');
        },
      ],
    ],
  },
  questions: {
    more: { institution_id: bank },
    steps: [
      [
        'questions',
        async (person) => {
          await person.press('Continue');
          await person.signIn('user_good', 'mfa_questions_1_2');
          await person.place.getByLabel('Question 2').waitFor();
        },
      ],
    ],
  },
  selections: {
    more: { institution_id: bank },
    steps: [
      [
        'selections',
        async (person) => {
          await person.press('Continue');
          await person.signIn('user_good', 'mfa_selections_1_2_3');
          await person.place.getByRole('group').nth(1).waitFor();
        },
      ],
    ],
  },
  file: {
    more: { institution_id: 'ins_files' },
    steps: [
      [
        'upload',
        async (person) => {
          await person.press('Continue');
          await person.place.getByLabel('File', { exact: true }).waitFor();
        },
      ],
      [
        'upload-wrong',
        async (person) => {
          const statement = readFileSync(new URL('fixtures/september.ofx', import.meta.url), 'utf8');
          await upload(person, 'september.ofx', statement.replace('-84.20', () => '$84.20'));
          await person.place.getByRole('alert').waitFor();
        },
      ],
      [
        'upload-questions',
        async (person) => {
          await upload(person, 'card.csv', 'Date,Description,Amount\n03/04/2026,Coffee,1.20\n05/04/2026,Tea,2.50\n');
          await person.place.getByRole('group', { name: 'Which day is meant?' }).waitFor();
        },
      ],
    ],
  },
  failing: {
    steps: [
      [
        'error',
        async (person) => {
          await person.connect('user_good', 'error_ITEM_LOCKED');
          await person.at('error');
        },
      ],
      [
        'warning',
        async (person) => {
          await person.press('Choose another bank');
          await search(person, 'unhealthy', 'Unhealthy Platypus Bank - Degraded');
          await person.find('unhealthy', 'Unhealthy Platypus Bank - Degraded');
          await person.at('warning');
        },
      ],
    ],
  },
  reconnecting: {
    update: { account_selection_enabled: true },
    steps: [
      ['reconnect', (person) => person.at('consent')],
      [
        'reconnect-accounts',
        async (person) => {
          await person.press('Continue');
          await person.signIn('user_good', 'pass_good');
          await person.at('accounts');
        },
      ],
    ],
  },
  several: {
    more: { enable_multi_item_link: true },
    steps: [
      [
        'connected-add',
        async (person) => {
          await person.connect();
          await person.share('0000');
          await person.at('connected');
        },
      ],
    ],
  },
  oauth: {
    steps: [
      [
        'oauth',
        async (person) => {
          await person.choose(oauthBank);
          await person.at('oauth');
        },
      ],
      [
        'oauth-waiting',
        async (person, page) => {
          await Promise.all([page.waitForEvent('popup'), person.press('Continue')]);
          await person.place.getByRole('heading', { name: 'Waiting for' }).waitFor();
        },
      ],
    ],
  },
  bank: {
    kind: 'hosted',
    steps: [
      [
        'bank',
        async (person, page) => {
          await person.choose(oauthBank);
          await person.press('Continue');
          await page.getByRole('button', { name: 'Sign in' }).waitFor();
        },
      ],
      [
        'bank-accounts',
        async (person, page) => {
          await page.getByRole('button', { name: 'Sign in' }).click();
          await page.getByRole('button', { name: 'Allow', exact: true }).waitFor();
        },
      ],
      [
        'hosted-connected',
        async (person, page) => {
          await page.getByRole('button', { name: 'Allow', exact: true }).click();
          await person.at('connected');
        },
      ],
      [
        'hosted-done',
        async (person) => {
          await person.press('Continue');
          await person.at('done');
        },
      ],
      ['gone', (person, page) => page.goto(page.url() + 'x')],
    ],
  },
  left: {
    kind: 'hosted',
    steps: [
      ['hosted-consent', (person) => person.at('consent')],
      [
        'hosted-left',
        async (person) => {
          await person.press('Close');
          await person.at('done');
        },
      ],
    ],
  },
  refused: { token: 'nonsense', steps: [['refused', (person) => person.place.getByRole('heading').waitFor()]] },
  embedded: { kind: 'embedded', steps: [['embedded', (person) => person.at('institution')]] },
  gateway: {
    kind: 'gateway',
    steps: [
      [
        'gateway-connected',
        async (person) => {
          await person.connect();
          await person.share('0000');
          await person.at('connected');
        },
      ],
    ],
  },
};

async function search(person, text, found) {
  await person.place.getByLabel('Search for your bank').fill(text);
  await person.place.locator(`#results form:has(input[name=q][value="${text}"])`).getByText(found).waitFor();
}

async function upload(person, name, text) {
  const file = { name, mimeType: 'application/octet-stream', buffer: Buffer.from(text) };
  await person.place.getByLabel('File', { exact: true }).setInputFiles(file);
  await person.press('Continue');
}
