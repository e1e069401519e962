import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What becomes of the next COMMIT: it is lost on its way, or done and its answer lost, the server staying away or not. */
export type LostCommit = 'NEVER_ARRIVES' | 'IS_DONE' | 'IS_DONE_AND_SERVER_GONE';

/** A wire to MySQL that can be cut at a COMMIT. */
export async function mysqlProxy(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl);
  const open = new Set<Socket>();
  let fate: LostCommit | null = null;
  let isGone = false;

  const server = createServer((client) => {
    if (isGone) return void client.destroy();
    const mysql = connect(Number(port), hostname);
    for (const socket of [client, mysql]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    client.on('close', () => mysql.destroy());
    mysql.on('close', () => client.destroy());
    mysql.on('data', (bytes) => client.write(bytes));
    client.on('data', (bytes) => {
      if (fate === null || !/commit$/i.test(bytes.toString('latin1'))) return void mysql.write(bytes);
      const lost = fate;
      fate = null;
      if (lost === 'NEVER_ARRIVES') return void client.destroy();
      isGone = lost === 'IS_DONE_AND_SERVER_GONE';
      mysql.removeAllListeners('data').once('data', () => {
        for (const socket of isGone ? open : [client]) socket.destroy();
      });
      mysql.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);

  return {
    url: url.href,
    loseNextCommit(what: LostCommit) {
      fate = what;
    },
    serverIsBack() {
      isGone = false;
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
