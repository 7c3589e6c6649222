// The Gingham that the tests talk to: the one that the environment names, or else
// one that is started for them.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

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
  return start();
}

/**
 * Starts a Gingham of its own, in memory, on free ports. Settings are environment
 * variables besides ours. The program is that of GINGHAM_BIN, or is built. Returns,
 * besides, what it has printed so far, as output.
 */
export async function start(settings = {}) {
  const { program, remove } = executable();
  const clientID = randomBytes(12).toString('hex');
  const secret = randomBytes(15).toString('hex');
  const child = spawn(
    program,
    ['serve', '--addr', '127.0.0.1:0', '--admin-addr', '127.0.0.1:0'],
    {
      env: {
        ...process.env,
        GINGHAM_STORE: 'memory',
        GINGHAM_LOG_LEVEL: 'warn',
        GINGHAM_SANDBOX_CLIENT_ID: clientID,
        GINGHAM_SANDBOX_SECRET: secret,
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => printed.push(line));
  }
  // What a developer should see.
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (!/level=(DEBUG|INFO) /.test(line)) {
      console.error(line);
    }
  });
  const ended = new Promise((resolve) => child.once('close', resolve)).then(remove);
  const url = await address(child);
  return {
    url,
    clientID,
    secret,
    output: () => printed.join('\n'),
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Runs a command of Gingham's to its end, with settings as for start, and returns what it printed. */
export function run(command, settings) {
  const { program, remove } = executable();
  try {
    return execFileSync(program, command, { env: { ...process.env, ...settings }, encoding: 'utf8' });
  } finally {
    remove();
  }
}

/** Returns the program, and what removes it where it was built. */
function executable() {
  if (process.env.GINGHAM_BIN) {
    return { program: process.env.GINGHAM_BIN, remove: () => {} };
  }
  const directory = mkdtempSync(join(tmpdir(), 'gingham-'));
  const program = join(directory, 'gingham');
  const repository = fileURLToPath(new URL('..', import.meta.url));
  execFileSync('go', ['build', '-o', program, './cmd/gingham'], { cwd: repository, stdio: 'inherit' });
  return { program, remove: () => rmSync(directory, { recursive: true }) };
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
