import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** One process's wire to NATS, which can be cut and mended while the server is there for the others. */
export async function natsWire(natsUrl: string) {
  const { hostname, port } = new URL(natsUrl);
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const nats = connect(Number(port), hostname);
    for (const socket of [client, nats]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    client.on('close', () => nats.destroy());
    nats.on('close', () => client.destroy());
    client.pipe(nats).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  function cut(): void {
    isCut = true;
    for (const socket of open) socket.destroy();
  }
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    mend() {
      isCut = false;
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
