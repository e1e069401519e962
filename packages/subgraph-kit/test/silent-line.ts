import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';

/** The way to a server, on which everything can get stuck: connections stay open, and nothing is ever answered. */
export interface SilentLine {
  /** The server's URL by this way. */
  url: string;
  goSilent(): void;
  speakAgain(): void;
  /** As when a host loses its power: those who are connected never hear of one another again; who connects now is served. */
  loseAll(): void;
  close(): Promise<void>;
}

export async function silentLine(toUrl: string): Promise<SilentLine> {
  const { hostname, port } = new URL(toUrl);
  const ends = new Set<Socket>();
  const lost = new Set<Socket>();
  let isSilent = false;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(from);
      from.on('data', (bytes) => isSilent || lost.has(from) || to.write(bytes));
      for (const event of ['error', 'close']) from.on(event, () => lost.has(from) || to.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(toUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    goSilent() {
      isSilent = true;
    },
    speakAgain() {
      isSilent = false;
    },
    loseAll() {
      for (const end of ends) lost.add(end);
    },
    close() {
      for (const end of ends) end.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
