// A browser for a file of tests: Debian's Chromium, which is let talk to this
// machine only.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { chromium } from 'playwright-core';

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // What the routes below don't see (a pre-connection, say) finds no host either.
  args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
});
after(() => browser.close());

const loopback = new Set(['localhost', '127.0.0.1']);

/** How long a step of a test may take, and a page's test as a whole, in milliseconds. */
const patience = 10_000;
const limit = 120_000;

/**
 * Opens an empty page in a profile of its own. At the end of test t it is closed,
 * and t fails if anything in it asked for another host than this machine, broke a
 * page's content security policy, or threw what nobody caught; what matches expected
 * is no fault. Other options are Playwright's, as viewport and colorScheme.
 */
export async function newPage(t, { expected, ...options } = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(patience);
  const faults = [];
  await context.route('**', (route) => {
    const { hostname } = new URL(route.request().url());
    if (loopback.has(hostname)) {
      return route.continue();
    }
    faults.push(`asked for ${route.request().url()}`);
    return route.abort();
  });
  context.on('console', (message) => {
    if (/Content Security Policy|Permissions policy violation/i.test(message.text())) {
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
