// The Gingham that the tests talk to: the one that the environment names, or else
// one that is started for them.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';

/** Returns where Gingham is, its client, and a function that ends what was started. */
export async function running() {
  const env = process.env;
  if (env.GINGHAM_URL) {
    return {
      url: env.GINGHAM_URL,
      clientID: env.GINGHAM_SANDBOX_CLIENT_ID,
      secret: env.GINGHAM_SANDBOX_SECRET,
      stop: () => {},
    };
  }
  if (!env.GINGHAM_BIN) {
    throw new Error('neither GINGHAM_URL nor GINGHAM_BIN is set; README.md says what they are');
  }
  const clientID = randomBytes(12).toString('hex');
  const secret = randomBytes(15).toString('hex');
  const child = spawn(
    env.GINGHAM_BIN,
    ['serve', '--store', 'memory', '--addr', '127.0.0.1:0', '--admin-addr', '127.0.0.1:0'],
    {
      env: { ...env, GINGHAM_LOG_LEVEL: 'warn', GINGHAM_SANDBOX_CLIENT_ID: clientID, GINGHAM_SANDBOX_SECRET: secret },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  const url = await address(child);
  return {
    url,
    clientID,
    secret,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Returns the first address that a process prints. */
function address(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`gingham ended with status ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = line.match(/http:\/\/[^\s/]+:\d+/);
      if (found) {
        resolve(found[0]);
      }
    });
  });
}
