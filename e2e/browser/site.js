// Small HTTP servers for the tests' own pages.
import { createServer } from 'node:http';
import { after } from 'node:test';

const types = { html: 'text/html; charset=utf-8', js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' };

/**
 * Serves files from memory, on a free port: the name after a path's last slash says
 * what a file is, HTML if it has no extension. A file is its text, {headers, body},
 * or a function that makes either of the request's URL. Closed after the file's tests.
 * Returns the origins that reach it: two, which are different sites to a browser.
 */
export async function serve(files) {
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost');
    let file = files[url.pathname];
    if (typeof file === 'function') {
      file = file(url);
    }
    if (file === undefined) {
      // A browser asks for an icon without being told to.
      response.writeHead(url.pathname === '/favicon.ico' ? 204 : 404).end();
      return;
    }
    const { headers = {}, body } = typeof file === 'string' ? { body: file } : file;
    const extension = url.pathname.match(/\.(\w+)$/)?.[1] ?? 'html';
    response.writeHead(200, { 'Content-Type': types[extension], ...headers }).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  const { port } = server.address();
  return { site: `http://localhost:${port}`, otherSite: `http://127.0.0.1:${port}` };
}
