// A browser for a file of tests: Debian's Chromium, which is let talk to this
// machine only.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { chromium } from 'playwright-core';
import { rememberRequest } from './canary.js';

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // What the routes below don't see (a pre-connection, say) finds no host either.
  args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
});
after(() => browser.close());

const loopback = new Set(['localhost', '127.0.0.1']);

/** What a browser says of a page that tells what is wrong: expected of those that are refused. */
export const refusal = /the server responded with a status of 4\d\d/;

/** How long a step of a test may take, and a page's test as a whole, in milliseconds. */
const patience = 10_000;
const limit = 120_000;

/** What a policy forbids is an error in the console, of the page if not of the browser. */
const tellViolations = () =>
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, disposition }) =>
    console.error('Content Security Policy:', disposition, effectiveDirective, blockedURI),
  );

/** Waits till a frame has done what it is about to, so that it has said what there was to say. */
const settle = (frame) =>
  frame.evaluate(
    () =>
      new Promise((done) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done();
        port2.postMessage(null);
      }),
  );

/**
 * Opens an empty page in a profile of its own. At the end of test t it is closed,
 * and t fails if anything in it asked for another host than this machine, broke a
 * page's content security policy, wrote an error to the console, or threw what nobody
 * caught; what matches expected is no fault. Other options are Playwright's, as viewport
 * and colorScheme.
 */
export async function newPage(t, { expected, ...options } = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(patience);
  const faults = [];
  await context.addInitScript(tellViolations);
  await context.route('**', (route) => {
    const request = route.request();
    const { hostname } = new URL(request.url());
    if (loopback.has(hostname)) {
      rememberRequest(request);
      return route.continue();
    }
    faults.push(`asked for ${request.url()}`);
    return route.abort();
  });
  context.on('console', (message) => {
    if (message.type() === 'error' || /Content Security Policy|Permissions policy violation/i.test(message.text())) {
      faults.push(`${message.text()} (${message.location().url})`);
    }
  });
  context.on('weberror', (error) => faults.push(String(error.error().stack)));
  // Whatever is awaited of a page that is closed fails.
  const timer = setTimeout(() => {
    faults.push(`was not done after ${limit} ms`);
    context.close();
  }, limit);
  t.after(async () => {
    clearTimeout(timer);
    if (options.javaScriptEnabled !== false) {
      const frames = context.pages().flatMap((page) => page.frames());
      await Promise.race([Promise.allSettled(frames.map(settle)), new Promise((done) => setTimeout(done, 1000))]);
    }
    await context.close();
    assert.deepEqual(
      [...new Set(faults)].filter((fault) => !expected?.test(fault)),
      [],
    );
  });
  return context.newPage();
}

/** Stops a page's clock: no timer of its ends from now on but by fastForward. */
export async function stopClock(page) {
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(3_600_000);
}
