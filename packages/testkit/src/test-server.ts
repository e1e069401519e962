import type { RunningServer } from '@shop/local';

/** A server that a test may stop and start again: same address, same data. */
export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Ends it without a warning. */
  kill(): Promise<void>;
  /** From now on it keeps its connections and answers nothing, until it wakes. */
  hang(): void;
  wake(): void;
}

/** Starts a server that a test may stop and start again on the same port. */
export async function stoppable(startOn: (where: { port?: number }) => Promise<RunningServer>): Promise<TestServer> {
  let running: RunningServer | null = await startOn({});
  let isHanging = false;
  const { url, port } = running;

  function send(signal: NodeJS.Signals): void {
    if (running?.pid == null) throw new Error(`${url} is not running, or not ours.`);
    process.kill(running.pid, signal);
  }

  function wake(): void {
    if (isHanging) send('SIGCONT');
    isHanging = false;
  }

  return {
    url,
    async stop() {
      // One that hangs hears nothing.
      wake();
      await running?.close();
      running = null;
    },
    async start() {
      running ??= await startOn({ port });
    },
    async kill() {
      send('SIGKILL');
      isHanging = false;
      await running?.exited;
      running = null;
    },
    hang() {
      send('SIGSTOP');
      isHanging = true;
    },
    wake,
  };
}
