// A file of tests whose Gingham prints what is secret: it must fail, and is run by canary.test.js alone.
import { test } from 'node:test';
import { remember, watched } from './canary.js';

const { url } = await watched();

test('a path that the API does not have is in its log', async () => {
  remember('path', 'secret-of-the-canary');
  await fetch(`${url}/a/secret-of-the-canary`);
});
