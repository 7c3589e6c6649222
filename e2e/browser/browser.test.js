// What a test's page must not do, done: each is noticed, so that none of the other tests does it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newPage } from './browser.js';
import { serve } from './site.js';

const policy = { 'Content-Security-Policy': "default-src 'none'; script-src 'nonce-a'" };
const inline = /^Content Security Policy: enforce script-src-elem inline/;
const app = await serve({
  '/': '<!doctype html><title>An app</title>',
  '/inline': { headers: policy, body: '<!doctype html><title>An app</title><script>globalThis.ran = true</script>' },
  '/strict': { headers: policy, body: '<!doctype html><title>An app</title>' },
  '/around': '<!doctype html><title>An app</title><iframe src="/inline"></iframe>',
});

/** What a page is found guilty of at the end of its test, by what a test does in it. */
async function faults(run, options) {
  const ends = [];
  const page = await newPage({ after: (end) => ends.push(end) }, options);
  await run(page);
  const [result] = await Promise.allSettled(ends.map((end) => end()));
  return result.reason?.actual ?? [];
}

/** Asks for a URL in a page, which fails. */
const ask = (url) => async (page) => {
  await page.goto(app.site);
  await page.evaluate((u) => fetch(u, { mode: 'no-cors' }).catch(() => {}), url);
};

describe('a test fails of a page that', () => {
  for (const [name, run, pattern] of [
    ['asks for another host', ask('http://stranger.example/'), /^asked for http:\/\/stranger\.example\//],
    ['asks for another address', ask('http://192.0.2.1/'), /^asked for http:\/\/192\.0\.2\.1\//],
    ['runs what its policy forbids', (page) => page.goto(app.site + '/inline'), inline],
    ['has a frame that does', (page) => page.goto(app.site + '/around'), inline],
    [
      'asks for what its policy forbids',
      async (page) => {
        await page.goto(app.site + '/strict');
        await page.evaluate(() => fetch('/').catch(() => {}));
      },
      /^Content Security Policy: enforce connect-src/,
    ],
    [
      'opens a window that does',
      async (page) => {
        await page.goto(app.site);
        const opened = page.waitForEvent('popup');
        await page.evaluate(() => void open('/inline'));
        await (await opened).waitForLoadState();
      },
      inline,
    ],
    [
      'throws',
      async (page) => {
        await page.goto(app.site);
        await Promise.all([
          page.waitForEvent('pageerror'),
          page.evaluate(() => void setTimeout(() => assert.fail('thrown here'))),
        ]);
      },
      /ReferenceError/,
    ],
    [
      'writes an error to its console',
      async (page) => {
        await page.goto(app.site);
        await page.evaluate(() => console.error('not well'));
      },
      /^not well/,
    ],
  ]) {
    test(name, async () => assert.ok((await faults(run)).some((fault) => pattern.test(fault))));
  }

  test('and of no other', async () => assert.deepEqual(await faults((page) => page.goto(app.site)), []));
});

test('the browser finds no host but this machine', async (t) => {
  const page = await newPage(t);
  await page.context().unrouteAll();
  await page.goto(app.site);
  for (const url of ['http://stranger.example/', 'http://192.0.2.1/']) {
    await assert.rejects(page.goto(url), /ERR_NAME_NOT_RESOLVED/);
  }
});
