// The React app as it is served: bundled, in a page that has the one tag more.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The app's script. */
export async function reactScript() {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('react-app.jsx', import.meta.url))],
    bundle: true,
    write: false,
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"development"' },
  });
  return outputFiles[0].text;
}

/** The app's page, whose Link comes from a URL instead of Plaid's. */
export function reactPage(script) {
  return `<!doctype html>
<html lang="en">
<head>
<title>A React app</title>
<script src="${script}"></script>
<script type="text/plain" src="https://cdn.plaid.com/link/v2/stable/link-initialize.js"></script>
</head>
<body><div id="root"></div><script src="/react.js"></script></body>
</html>`;
}
