import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** One process's wire to Redis, which can be cut and mended, and tells what the process wrote, one write after the other. */
export async function redisProxy(redisUrl: string) {
  const { hostname, port } = new URL(redisUrl);
  const open = new Set<Socket>();
  const writes: string[] = [];
  let isCut = false;

  const server = createServer((client) => {
    if (isCut) return void client.destroy();
    const redis = connect(Number(port), hostname);
    for (const socket of [client, redis]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    client.on('close', () => redis.destroy());
    redis.on('close', () => client.destroy());
    client.on('data', (chunk) => writes.push(chunk.toString('latin1')));
    client.pipe(redis).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const cut = () => {
    isCut = true;
    for (const socket of open) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes,
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
