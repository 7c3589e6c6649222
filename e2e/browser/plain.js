// A page without a framework. It keeps what Link calls back in `calls`.

/** The page's own script: newLink(config) makes a handler whose callbacks are kept; the button opens `link`. */
export const plainScript = `
const calls = [];
const keep = (name) => (...values) => calls.push([name, ...values]);
const callbacks = { onSuccess: keep('onSuccess'), onExit: keep('onExit'), onEvent: keep('onEvent'), onLoad: keep('onLoad') };
const newLink = (config) => Plaid.create({ ...callbacks, ...config });
addEventListener('DOMContentLoaded', () => (connect.onclick = () => link.open()));
`;

/** A page that loads the drop-in from a URL, and has a button in front and far below. */
export function plainPage(script, { head = '', body = '' } = {}) {
  return `<!doctype html>
<html lang="en">
<head>
<title>An app</title>
${head}
<script src="${script}"></script>
<script src="/plain.js"></script>
</head>
<body>
<main>
<h1>An app</h1>
<button id="connect">Connect</button>
${body}
<p id="below">Below</p>
</main>
</body>
</html>`;
}

/** What Link called back, once it is as long as wanted. */
export async function callsOf(page, length) {
  await page.waitForFunction((n) => calls.length >= n, length);
  return page.evaluate(() => calls);
}
