import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectRedis } from '@shop/redis';
import { createLogger, createMetrics } from '@shop/service-kit';
import { startTestServers, type TestServers } from '@shop/testkit';
import { buildSchema, getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import { createGatewayMetrics } from '../../gateway/src/observability/gateway-metrics.ts';
import { createUsageRecorder } from '../../gateway/src/usage/usage-recorder.ts';
import { parseUsage } from '../src/usage/usage.ts';
import { aRepository, removeRepositories } from './a-repository.ts';

let servers: TestServers;
beforeAll(async () => {
  servers = await startTestServers({ redis: true });
});
afterAll(async () => {
  await removeRepositories();
  await servers.close();
});

const schema = buildSchema('type Query { books(filter: Filter): [String] } input Filter { title: String, age: Int }');

/** As a gateway does with what it has executed. */
async function record(text: string, variables: Record<string, unknown>, app: string): Promise<void> {
  const log = createLogger('test', { level: 'silent' });
  const redis = await connectRedis({ url: servers.redis.url, log });
  const metrics = createGatewayMetrics(createMetrics('test'));
  const settings = { flushMs: 60_000, keptDays: 2, maxBytesPerDay: 100_000 };
  const recorder = createUsageRecorder({ ...settings, redis, log, metrics });
  const document = parse(text);
  const operation = getOperationAST(document) as OperationDefinitionNode;
  recorder.usageOf(schema, text, document, operation).count(variables, app);
  await recorder.close();
  await redis.close();
}

it('writes down what gateways have recorded, for the commands that read it', async () => {
  const repository = await aRepository({ 'schema/subgraphs/books.graphql': 'type Query { books: String }' });
  const text = 'query Find($filter: Filter) { books(filter: $filter) }';
  await record(text, { filter: { title: 'Emma' } }, 'web\n1.0');
  await record(text, {}, 'web\n1.0');
  const export_ = ['usage', 'export', '--redis', servers.redis.url];
  const { code, out, err } = await repository.run(...export_, '--period', '2d');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^2 requests of 1 operation by 1 client, from \S+ to \S+\. Wrote schema\/usage\.json\.\n$/);
  const file = join(repository.root, 'schema/usage.json');
  const { operations } = parseUsage(await readFile(file, 'utf8'), file);
  expect(operations).toMatchObject([
    {
      name: 'Find',
      client: { name: 'web', version: '1.0' },
      requests: 2,
      coordinates: ['Filter', 'Filter.title', 'Query.books', 'Query.books(filter:)'],
    },
  ]);
  const here = await repository.run(...export_, '--out', '-');
  expect(JSON.parse(here.out)).toMatchObject({ version: 1, operations });
  expect(here.err).toMatch(/^2 requests/);
});

it('says in one line what it cannot do', async () => {
  const repository = await aRepository({});
  const says = async (...args: string[]) => {
    const { code, out, err } = await repository.run('usage', ...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    return err;
  };
  expect(await says()).toMatch(/^shop-schema usage: Say "shop-schema usage export"; see --help\.\n$/);
  expect(await says('export')).toMatch(/^shop-schema usage: Which Redis\? Say --redis <url>.*\n$/);
  expect(await says('export', '--redis', 'redis://127.0.0.1:1', '--period', '1 year')).toMatch(
    /--period 1 year is no .*\n$/,
  );
  expect(await says('export', '--redis', 'redis://:hunter2@127.0.0.1:1')).toMatch(
    /^shop-schema usage: Redis is away .*: is redis:\/\/127\.0\.0\.1:1 the REDIS_URL of the gateways\?\n$/,
  );
  expect(await says('export', '--redis', `${servers.redis.url}/9`)).toMatch(/Nothing was recorded in 30 days .*\n$/);
  await writeFile(join(repository.root, 'file'), '');
  await record('{ books }', {}, '\n');
  expect(await says('export', '--redis', servers.redis.url, '--out', 'file/usage.json')).toMatch(
    /cannot be written.*\n$/,
  );
});
