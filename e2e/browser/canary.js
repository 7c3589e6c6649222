// What a log must not have: everything that is secret of what the tests use and see.
import { after } from 'node:test';
import { start } from '../gingham.js';

/** What is known to be secret, and of which kind it is. */
export const known = new Map();

// What is shorter stands in any long log by chance, as the code 1234 in a time.
const shortest = 6;

/** Remembers a secret of a kind, as 'session key'. */
export function remember(kind, value) {
  if (value?.length >= shortest) {
    known.set(value, kind);
  }
}

const pages = [
  ['session key', /^\/link\/s\/([^/]+)/],
  ['OAuth state', /^\/link\/oauth\/([^/]+)/],
  ['hosted link', /^\/link\/(?!s\/|oauth\/|frame$|assets\/|v2\/)([^/]+)/],
];

/** Remembers what is secret of a request of a browser's: where it goes, and what it sends. */
export function rememberRequest(request) {
  const { pathname, searchParams } = new URL(request.url());
  for (const [kind, pattern] of pages) {
    remember(kind, pathname.match(pattern)?.[1]);
  }
  for (const name of ['token', 'oauth_state_id']) {
    remember(name, searchParams.get(name));
  }
  for (const [name, value] of new URLSearchParams(request.postData() ?? '')) {
    if (name.startsWith('answer.')) {
      remember(name, value);
    }
  }
}

// What looks like a token is one, though no test should have seen it.
const shapes = [/\b[a-z-]+-(?:sandbox|production)-[0-9a-f]{8}-[0-9a-f-]+/g, /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g];

/** What is in a text and is secret, each as its kind and itself. */
export function leaks(text, secrets = known) {
  const found = shapes.flatMap((shape) => text.match(shape) ?? []).map((token) => `token ${token}`);
  for (const [secret, kind] of secrets) {
    const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64')];
    if (forms.some((form) => text.includes(form))) {
      found.push(`${kind} ${secret}`);
    }
  }
  return [...new Set(found)];
}

/** Starts a Gingham that prints all it can, and ends it after the file's tests: the file fails if anything secret was printed. */
export async function watched(settings) {
  const gingham = await start({ GINGHAM_LOG_LEVEL: 'debug', ...settings });
  remember('secret', gingham.secret);
  after(async () => {
    await gingham.stop();
    const found = leaks(gingham.output());
    if (found.length > 0) {
      // To throw would keep the file's other hooks from ending what they started.
      console.error('The server printed what is secret:', found);
      process.exitCode = 1;
    }
  });
  return gingham;
}
