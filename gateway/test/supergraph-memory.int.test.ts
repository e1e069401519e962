import { execFileSync } from 'node:child_process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createLogger, createMetrics, loadConfig } from '@shop/service-kit';
import { eventually, startTestServers, type TestServers } from '@shop/testkit';
import { createSubgraphPools } from '../src/execution/subgraphs/subgraph-pools.ts';
import { createSubgraphSources } from '../src/execution/subgraphs/subgraph-sources.ts';
import { openDoor } from '../src/guards/door.ts';
import { noPolicies } from '../src/guards/granted.ts';
import { gatewaySettings } from '../src/index.ts';
import { createFinishAnswer } from '../src/observability/finish-answer.ts';
import { createGatewayMetrics } from '../src/observability/gateway-metrics.ts';
import { createKnownOperations } from '../src/operations/known-operations.ts';
import { createAuthorizeSubscription } from '../src/subscriptions/authorized-subscription.ts';
import { createEventHub } from '../src/subscriptions/event-hub.ts';
import { createJetStreamSource } from '../src/subscriptions/jetstream-source.ts';
import { createSubscriptions } from '../src/subscriptions/subscriptions.ts';
import { openLiveSupergraph } from '../src/supergraph/live-supergraph.ts';
import type { Supergraph } from '../src/supergraph/supergraph.ts';
import { switching } from '../src/supergraph/switching.ts';
import { warmUp } from '../src/supergraph/warm-up.ts';
import { composeLibrary } from './library/compose-library.ts';
import { openStream } from './library/events.ts';
import { edition } from './library/supergraph-server.ts';
import { planningOf } from './planning/subgraphs-in-process.ts';

/** More than a gateway keeps planners of. What each would leave behind shows in a few as in many. */
const RELOADS = 6;
const patience = { timeoutMs: 60_000 };

/** Planners work in processes of their own. */
function children(): number {
  const parents = execFileSync('ps', ['-A', '-o', 'ppid='], { encoding: 'utf8' }).split('\n');
  // One of them is `ps`.
  return parents.filter((parent) => Number(parent) === process.pid).length - 1;
}

/** Threads that read, and connections. */
const handles = () => process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort|TCP/.test(name)).length;

/** What nobody refers to is gone after it. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

let servers: TestServers;
const opened: { close(): unknown }[] = [];

function openedNow<T extends { close(): unknown }>(one: T): T {
  opened.push(one);
  return one;
}

/** What was opened last first. */
async function closeAll(): Promise<void> {
  for (const each of opened.splice(0).reverse()) await each.close();
}

beforeAll(async () => {
  servers = await startTestServers({ nats: true });
});
afterAll(async () => {
  // Where the test has failed.
  await closeAll();
  await servers.close();
});

it(`leaves nothing behind of ${RELOADS} supergraphs that were served once, while a subscription stays open`, async () => {
  const stream = openedNow(await openStream(servers.nats.url));
  await stream.create();
  const { guards, subgraphs, subscriptions: limits } = loadConfig(gatewaySettings, { SUPERGRAPH_PATH: 'none' });
  const log = createLogger('test', { level: 'silent' });
  const allMetrics = createMetrics('test');
  const metrics = createGatewayMetrics(allMetrics);
  const planning = openedNow(planningOf());
  const door = openedNow(
    await openDoor({ settings: guards, redis: null, decidePolicies: noPolicies, log, metrics, allMetrics }),
  );
  const know = createKnownOperations({ door, maxBytes: 2 ** 20, recorder: null });
  const pools = openedNow(createSubgraphPools({ connections: 1 }));
  const source = openedNow(createJetStreamSource(servers.nats.url, log));
  await eventually(async () => expect(await source.hasStream('BOOKS')).toBe(true), patience);
  const library = (n: number) =>
    composeLibrary({ books: `http://127.0.0.1:${9_000 + n}`, reviews: 'http://127.0.0.1:9' });
  const sdl = library(0);
  let text = sdl;
  const before = { children: children(), handles: handles() };

  const live = openedNow(
    await openLiveSupergraph({
      ...switching({ planning, pools, addresses: new Map() }),
      source: { name: 'test', waits: false, pauseMs: () => 5, look: async () => text },
      warm: warmUp({ planning, know, trusted: () => [], limit: 10 }),
      log,
      metrics,
    }),
  );
  await planning.prepare(live.current(), { text: '{ books { title rating } }' });
  const subscriptions = createSubscriptions({
    supergraph: live,
    authorize: createAuthorizeSubscription(know, door),
    events: { source, hub: createEventHub(source, metrics) },
    limits,
    sourcesOf: createSubgraphSources({ pools, ...subgraphs, log, metrics, allMetrics }),
    planning,
    finish: createFinishAnswer(log, metrics),
    metrics,
  });
  live.onSwitch(() => void subscriptions.takeOver());
  const request = { operationName: undefined, variables: undefined, extensions: undefined };
  const token = { authorization: '', viewerId: 'u1', scopes: [], expiresAt: null };
  const answers = await subscriptions.open(
    { ...request, text: 'subscription { noticeForMe { text } }' },
    { token, client: { address: '', accept: undefined }, idempotencyKey: null },
  );
  openedNow({ close: () => answers.return() });
  const told: unknown[] = [];
  const listening = (async () => {
    for await (const { data } of answers) told.push(data);
  })();
  const served: WeakRef<Supergraph>[] = [];
  for (let n = 1; n <= RELOADS; n += 1) {
    served.push(new WeakRef(live.current()));
    const { id } = live.current();
    text = edition(sdl, n).replace(':9000', `:${9_000 + n}`);
    await eventually(() => expect(live.current().id).not.toBe(id), patience);
    for (const { url } of live.current().subgraphs) pools.poolFor(new URL(url));
  }
  expect(planning.prepare(live.current(), { text: '{ books { title rating } }' })).not.toBeInstanceOf(Promise);
  await eventually(() => expect(children()).toBeLessThanOrEqual(before.children + 2), patience);
  await eventually(() => expect(handles()).toBeLessThanOrEqual(before.handles), patience);
  expect(pools.size()).toBe(2);
  await stream.publish('book.notice.u1', { text: 'still there' });
  await eventually(() => expect(told).toEqual([{ noticeForMe: { text: 'still there' } }]), patience);
  await eventually(() => {
    collectGarbage();
    expect(served.filter((each) => each.deref() !== undefined).length).toBeLessThanOrEqual(1);
  }, patience);
  await closeAll();
  await listening;
  await eventually(() => expect(children()).toBe(before.children), patience);
}, 180_000);
