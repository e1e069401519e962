import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** A page in a browser without a window. */
export interface Page {
  /** The value of an expression in the page; undefined while it throws. */
  evaluate(expression: string): Promise<unknown>;
  open(url: string): Promise<void>;
  /** PNG. */
  screenshot(): Promise<Buffer>;
  close(): Promise<void>;
}

/** The path of a Chromium or Chrome on PATH; null where there is none. */
export function findBrowser(): string | null {
  const paths = (process.env.PATH ?? '').split(delimiter).flatMap((dir) => NAMES.map((name) => join(dir, name)));
  return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts a browser and speaks the DevTools protocol with its first page: https://chromedevtools.github.io/devtools-protocol */
export async function openPage(browserPath: string): Promise<Page> {
  const profile = await mkdtemp(join(tmpdir(), 'browser-'));
  const browser = spawn(
    browserPath,
    [
      ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--window-size=1400,900'],
      ...['--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const { host } = new URL(await addressOf(browser));
  const targets = (await (await fetch(`http://${host}/json`)).json()) as {
    type: string;
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '');
  await once(socket, 'open');

  let calls = 0;
  function call(method: string, params: object): Promise<Record<string, unknown>> {
    calls += 1;
    const id = calls;
    return new Promise((resolve) => {
      const listen = (data: WebSocket.RawData) => {
        const message = JSON.parse(String(data));
        if (message.id !== id) return;
        socket.off('message', listen);
        resolve(message.result ?? {});
      };
      socket.on('message', listen);
      socket.send(JSON.stringify({ id, method, params }));
    });
  }

  return {
    async evaluate(expression) {
      const { result } = await call('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true });
      return (result as { value?: unknown } | undefined)?.value;
    },
    open: async (url) => void (await call('Page.navigate', { url })),
    screenshot: async () => Buffer.from(String((await call('Page.captureScreenshot', {})).data), 'base64'),
    async close() {
      socket.close();
      const ended = once(browser, 'exit');
      browser.kill('SIGKILL');
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function addressOf(browser: ChildProcess): Promise<string> {
  if (browser.stderr === null) throw new Error('The browser’s output is not read.');
  for await (const line of createInterface({ input: browser.stderr })) {
    const [, address] = /DevTools listening on (ws:\S+)/.exec(line) ?? [];
    if (address !== undefined) {
      browser.stderr.resume();
      return address;
    }
  }
  throw new Error('The browser ended before it could be spoken with.');
}
