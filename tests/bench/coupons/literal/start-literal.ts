import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDatabases, type RunFile } from '@shop/local';
import type { TestTokens } from '@shop/testkit';
import { findFreePort } from '../../../../infra/local/src/free-port.ts';
import { launch } from '../../../../infra/local/src/processes/launch.ts';
import type { BenchShop } from '../../bench-shop.ts';

export const LITERAL_DATABASE = 'shop_literal';

/** The literal flow, running beside the shop. */
export interface LiteralFlow {
  url: string;
  /** Its database's URL. */
  databaseUrl: string;
  /** The shop's run file with this process in it. */
  run: RunFile;
  close(): Promise<void>;
}

/**
 * Starts the coupon subgraph once more, issuing literally: on the shop's own MySQL, Redis and NATS, with a database of
 * its own, so that neither way of issuing sees the other's events.
 */
export async function startLiteralFlow({ shop: { run } }: BenchShop, tokens: TestTokens): Promise<LiteralFlow> {
  const { mysql, redis, nats } = run.servers;
  const adminUrl = `mysql://${mysql.user}:${encodeURIComponent(mysql.password)}@127.0.0.1:${mysql.instances[0]?.port}`;
  const account = { database: LITERAL_DATABASE, user: LITERAL_DATABASE, password: 'of-a-private-server' };
  const databaseUrl = (await createDatabases(adminUrl, [account]))[LITERAL_DATABASE] as string;
  const port = await findFreePort();
  const dir = mkdtempSync(join(tmpdir(), 'literal-flow-'));
  const { NODE_OPTIONS: _ours, ...env } = process.env;
  const running = await launch({
    name: 'the literal flow',
    command: process.execPath,
    // Without --conditions=source: from the builds, as every process of the shop runs.
    args: ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('./main.ts', import.meta.url))],
    env: {
      ...env,
      ...{
        NODE_ENV: 'production',
        PORT: String(port),
        LOG_LEVEL: 'warn',
        DATABASE_URL: databaseUrl,
        DATABASE_MIGRATE: 'true',
      },
      ...{ JWKS_URL: tokens.jwksUrl, JWT_ISSUER: tokens.issuer },
      REDIS_URL: `redis://127.0.0.1:${redis.instances[0]?.port}`,
      NATS_URL: `nats://127.0.0.1:${nats.instances[0]?.port}`,
    },
    logFile: join(dir, 'literal-coupon.log'),
    probe: () => isReady(port),
  });
  const literal = { instances: [{ pid: running.pid, port }] };
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    databaseUrl,
    run: { ...run, services: { ...run.services, 'literal flow': literal } },
    async close() {
      await running.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function isReady(port: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) });
  if (!response.ok) throw new Error(`/readyz says ${await response.text()}`);
}
