import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDatabases, type RunFile } from '@shop/local';
import type { TestTokens } from '@shop/testkit';
import { findFreePort } from '../../../../infra/local/src/free-port.ts';
import { launch } from '../../../../infra/local/src/processes/launch.ts';
import { serviceSpecs } from '../../../../infra/local/src/shop/service-list.ts';
import type { BenchShop } from '../../bench-shop.ts';

export const LITERAL_DATABASE = 'shop_literal';

/** The literal flow, running beside the shop. */
export interface LiteralFlow {
  /** Where its subgraph answers, and a gateway of the shop's kind that asks it for coupons. */
  url: string;
  gatewayUrl: string;
  /** Its database's URL. */
  databaseUrl: string;
  /** The shop's run file with these processes in it. */
  run: RunFile;
  close(): Promise<void>;
}

/**
 * Starts the coupon subgraph once more, issuing literally, and a gateway before it: on the shop's own MySQL, Redis and
 * NATS, with a database of its own, so that neither way of issuing sees the other's events.
 */
export async function startLiteralFlow({ shop }: BenchShop, tokens: TestTokens): Promise<LiteralFlow> {
  const { mysql, redis, nats } = shop.run.servers;
  const adminUrl = `mysql://${mysql.user}:${encodeURIComponent(mysql.password)}@127.0.0.1:${mysql.instances[0]?.port}`;
  const account = { database: LITERAL_DATABASE, user: LITERAL_DATABASE, password: 'of-a-private-server' };
  const databaseUrl = (await createDatabases(adminUrl, [account]))[LITERAL_DATABASE] as string;
  const logs = mkdtempSync(join(tmpdir(), 'literal-flow-'));
  const common = {
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    ...{ JWKS_URL: tokens.jwksUrl, JWT_ISSUER: tokens.issuer },
    REDIS_URL: `redis://127.0.0.1:${redis.instances[0]?.port}`,
    NATS_URL: `nats://127.0.0.1:${nats.instances[0]?.port}`,
  };
  const coupon = await launchProcess('the literal flow', {
    // Without --conditions=source: from the builds, as every process of the shop runs.
    args: ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('./main.ts', import.meta.url))],
    env: { ...common, DATABASE_URL: databaseUrl, DATABASE_MIGRATE: 'true' },
    logs,
  });
  const url = `http://127.0.0.1:${coupon.port}/graphql`;
  const others = (['user', 'product', 'order'] as const).map((name) => `${name}=${shop.urlOf(name)}/graphql`);
  const gateway = await launchProcess('the literal gateway', {
    args: [
      ...(serviceSpecs.gateway.nodeFlags ?? []),
      fileURLToPath(new URL('../../../../gateway/dist/main.js', import.meta.url)),
    ],
    env: {
      ...common,
      // As the local runner starts the gateway.
      ...{ QUERY_PLAN_IN_ANSWER: 'asked', RECORD_USAGE: 'true' },
      SUPERGRAPH_PATH: fileURLToPath(new URL('../../../../schema/supergraph.graphql', import.meta.url)),
      SUBGRAPH_URLS: [...others, `coupon=${url}`].join(','),
    },
    logs,
  });
  const services = {
    'literal flow': { instances: [{ pid: coupon.pid, port: coupon.port }] },
    'literal gateway': { instances: [{ pid: gateway.pid, port: gateway.port }] },
  };
  return {
    url,
    gatewayUrl: `http://127.0.0.1:${gateway.port}/graphql`,
    databaseUrl,
    run: { ...shop.run, services: { ...shop.run.services, ...services } },
    async close() {
      await gateway.close();
      await coupon.close();
      rmSync(logs, { recursive: true, force: true });
    },
  };
}

async function launchProcess(
  name: string,
  { args, env, logs }: { args: string[]; env: Record<string, string>; logs: string },
) {
  const port = await findFreePort();
  const { NODE_OPTIONS: _ours, ...inherited } = process.env;
  const running = await launch({
    name,
    command: process.execPath,
    args,
    env: { ...inherited, ...env, PORT: String(port) },
    logFile: join(logs, `${name.replaceAll(' ', '-')}.log`),
    probe: () => isReady(port),
  });
  return { pid: running.pid, port, close: () => running.close() };
}

async function isReady(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) });
  if (!response.ok) throw new Error(`/readyz says ${await response.text()}`);
}
