import type { RunningServer } from '@shop/local';

/** A server that a test may stop and start again: same address, same data. */
export interface TestServer {
  readonly url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts a server that a test may stop and start again on the same port. */
export async function stoppable(startOn: (where: { port?: number }) => Promise<RunningServer>): Promise<TestServer> {
  let running: RunningServer | null = await startOn({});
  const { url, port } = running;
  return {
    url,
    async stop() {
      await running?.close();
      running = null;
    },
    async start() {
      running ??= await startOn({ port });
    },
  };
}
