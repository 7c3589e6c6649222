// A Gingham of nothing but the drop-in script and a frame that does what a test
// tells it: the drop-in is tested against the messages alone.
import { readFileSync } from 'node:fs';
import { serve } from './site.js';

/** The drop-in as it is written, before a server writes its origin into it. */
export const source = readFileSync(new URL('../../endpoints/linkui/static/link-initialize.js', import.meta.url), 'utf8');

export const scriptPath = '/link/v2/stable/link-initialize.js';

// The page in the frame remembers what it is told. It says that it is there, unless
// the link token is "slow".
const frame = `<!doctype html>
<html lang="en">
<title>Link</title>
<h1>Link</h1>
<button>Inside</button>
<script>
  const query = new URLSearchParams(location.search);
  const told = [];
  addEventListener('message', ({ data, origin }) => told.push({ ...data, origin }));
  const tell = (message) => parent.postMessage({ gingham: 'link', ...message }, query.get('parent'));
  const ready = () => tell({ type: 'ready', link_session_id: 'session' });
  if (query.get('token') !== 'slow') ready();
</script>`;

/** Serves the fake: site is where its pages are. */
export async function fakeGingham() {
  const gingham = await serve({
    [scriptPath]: () => source.replace('__GINGHAM_ORIGIN__', gingham.otherSite),
    '/copy.js': source,
    '/link/frame': ({ searchParams }) =>
      searchParams.get('token') === 'refused'
        ? { headers: { 'Content-Security-Policy': "frame-ancestors 'none'" }, body: frame }
        : frame,
    '/impostor': frame,
  });
  return { origin: gingham.otherSite, elsewhere: gingham.site };
}

/** What onExit is told where Link was left before any event, and how the fake was left. */
export const nothingSeen = { institution: null, status: null, link_session_id: '', request_id: '' };
export const leftMetadata = { ...nothingSeen, link_session_id: 'session', request_id: 'r1' };

/** The frame of the n-th Link in a page, once it is there. */
export async function frameOf(page, n = 1) {
  const element = await page.waitForSelector(`#plaid-link-iframe-${n}`, { state: 'attached' });
  const inner = await element.contentFrame();
  await inner.waitForFunction(() => typeof told !== 'undefined', undefined, { polling: 20 });
  return inner;
}

/** What a frame was told, as [type, …values of the message], once it is as long as wanted. */
export async function toldTo(inner, length) {
  // A frame that isn't shown has no animation frames, by which is waited otherwise.
  await inner.waitForFunction((n) => told.length >= n, length, { polling: 20 });
  return inner.evaluate(() => told);
}

/** Makes a frame tell the page something. */
export function tell(inner, message) {
  return inner.evaluate((m) => tell(m), message);
}
