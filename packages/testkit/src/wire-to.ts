import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** One process's wire to a server, which can be cut, mended and held up while the server is there for the others. */
export async function wireTo(serverUrl: string) {
  const { hostname, port } = new URL(serverUrl);
  const open = new Set<Socket>();
  let isCut = false;
  const writes: string[] = [];
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const far = connect(Number(port), hostname);
    for (const socket of [client, far]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    client.on('data', (chunk) => writes.push(chunk.toString('latin1'))).on('close', () => far.destroy());
    far.on('close', () => client.destroy());
    client.pipe(far).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  function cut(): void {
    isCut = true;
    for (const socket of open) socket.destroy();
  }
  const url = new URL(serverUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    /** What the process has sent, one write after the other. */
    writes,
    cut,
    mend() {
      isCut = false;
    },
    /** Everything stays connected, and nothing arrives. */
    holdUp() {
      for (const socket of open) socket.pause();
    },
    letGo() {
      for (const socket of open) socket.resume();
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
