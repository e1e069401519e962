import { createServer } from 'node:net';

// Two callers in one process must not be told the same port before either has bound it.
const handedOut = new Set<number>();

/** The preferred port, or the next one above it that is free; any free port when there is no preference. */
export async function findFreePort(preferred?: number): Promise<number> {
  if (preferred === undefined) return anyFreePort();
  for (let port = preferred; port < preferred + 100; port++) {
    if (!handedOut.has(port) && (await canListen(port))) return handOut(port);
  }
  throw new Error(`No port is free from ${preferred} to ${preferred + 99}.`);
}

/** Lets findFreePort hand out the port again. */
export function giveBackPort(port: number): void {
  handedOut.delete(port);
}

async function anyFreePort(): Promise<number> {
  for (;;) {
    const port = await listenOnce(0);
    if (!handedOut.has(port)) return handOut(port);
  }
}

function handOut(port: number): number {
  handedOut.add(port);
  return port;
}

async function canListen(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  );
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('A TCP server has an address with a port.');
      server.close(() => resolve(address.port));
    });
  });
}
