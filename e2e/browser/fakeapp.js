// An app whose pages have the drop-in, and the fake Gingham that it comes from.
import { newPage } from './browser.js';
import { fakeGingham, frameOf, scriptPath, toldTo } from './fake.js';
import { callsOf, plainPage, plainScript } from './plain.js';
import { serve } from './site.js';

export const gingham = await fakeGingham();
export const script = gingham.origin + scriptPath;

const policy = [
  "default-src 'none'",
  `script-src 'self' ${gingham.origin}`,
  "style-src 'self'",
  `frame-src ${gingham.origin}`,
  "require-trusted-types-for 'script'",
].join('; ');
const styles = '* { padding: 9px !important } dialog { display: flex !important; width: 50% !important } iframe { height: 9px }';
const place = (style) => plainPage(script, { body: `<div id="place" style="${style}"></div><p id="after">After</p>` });

export const app = await serve({
  '/plain.js': plainScript,
  '/': plainPage(script, { body: '<style>#below { margin-top: 300vh }</style>' }),
  '/strict': { headers: { 'Content-Security-Policy': policy }, body: plainPage(script) },
  '/styled': plainPage(script, { head: `<style>${styles}</style>` }),
  '/copy': plainPage(gingham.elsewhere + '/copy.js'),
  '/empty': '<!doctype html>',
  '/modal': plainPage(script, { body: '<dialog id="own"><button id="inner">Connect</button></dialog>' }),
  // Places for an embedded search.
  '/place': place('padding: 10px; width: 400px'),
  '/place/low': place('width: 400px; height: 200px; overflow: auto'),
  '/place/high': place('width: 400px; height: 500px'),
  '/place/least': place('width: 400px; min-height: 350px'),
  // Where a fixed element would be caught: Link must cover the page all the same.
  '/place/caught': place('transform: translate(10px); overflow: hidden; height: 300px; width: 300px; opacity: .9'),
});

/** Opens a page of the app. */
export async function open(t, path = '/', options) {
  const page = await newPage(t, options);
  await page.goto(app.site + path);
  return page;
}

/** Opens the app and a Link in it, which is ready, and not yet shown. */
export async function create(t, config = { token: 'token' }, path) {
  const page = await open(t, path);
  await page.evaluate((c) => void (globalThis.link = newLink(c)), config);
  const frame = await frameOf(page);
  await callsOf(page, 1);
  return { page, frame };
}

/** As create, and shows it. */
export async function opened(t, ...rest) {
  const at = await create(t, ...rest);
  await at.page.click('#connect');
  await toldTo(at.frame, 1);
  return at;
}
