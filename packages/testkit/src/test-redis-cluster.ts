import { join } from 'node:path';
import { clusterFlags, findFreePort, formCluster, ownersOf, type ServerSources, startRedis } from '@shop/local';
import { stoppable, type TestServer } from './test-server.ts';

/** Three primaries and a replica of each; `url` names them all. */
export interface TestRedisCluster {
  readonly url: string;
  readonly nodes: readonly TestServer[];
  /** Who has this key, as far as the living know. */
  ownersOf(key: string): Promise<{ primary: TestServer; replicas: TestServer[] }>;
  stop(): Promise<void>;
}

/** Starts six nodes and resolves when they are a cluster. */
export async function startTestRedisCluster(source: ServerSources['redis'], dir: string): Promise<TestRedisCluster> {
  const nodes = await Promise.all(
    Array.from({ length: 6 }, async (_, i) => {
      const busPort = await findFreePort();
      const settings = { source, dir: join(dir, String(i)), forTests: true, flags: clusterFlags(source, busPort) };
      const server = await stoppable((port) => startRedis({ ...settings, ...port }));
      return { ...server, busPort, port: Number(new URL(server.url).port) };
    }),
  );
  await formCluster(nodes);
  return {
    url: `redis-cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes,
    async ownersOf(key) {
      const owners = await Promise.any(nodes.map((node) => ownersOf(key, node.port)));
      const primary = nodes.find((node) => node.port === owners.primary);
      if (primary === undefined) throw new Error(`Nobody at port ${owners.primary}.`);
      return { primary, replicas: nodes.filter((node) => owners.replicas.includes(node.port)) };
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}
