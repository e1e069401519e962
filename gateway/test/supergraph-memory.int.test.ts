import { execFileSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { createLogger, createMetrics } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { createSubgraphPools } from '../src/execution/subgraphs/subgraph-pools.ts';
import { guardedOperation } from '../src/guards/guarded-operation.ts';
import { createGatewayMetrics } from '../src/observability/gateway-metrics.ts';
import { createKnownOperations } from '../src/operations/known-operations.ts';
import { openLiveSupergraph } from '../src/supergraph/live-supergraph.ts';
import { switching } from '../src/supergraph/switching.ts';
import { warmUp } from '../src/supergraph/warm-up.ts';
import { composeLibrary } from './library/compose-library.ts';
import { edition } from './library/supergraph-server.ts';
import { planningOf } from './planning/subgraphs-in-process.ts';

const RELOADS = 50;

/** Planners work in processes of their own. */
function children(): number {
  const parents = execFileSync('ps', ['-A', '-o', 'ppid='], { encoding: 'utf8' }).split('\n');
  // One of them is `ps`.
  return parents.filter((parent) => Number(parent) === process.pid).length - 1;
}

/** Threads that read, and connections. */
const handles = () => process.getActiveResourcesInfo().filter((name) => /Worker|MessagePort|TCP/.test(name)).length;

it(`leaves neither processes nor threads nor pools behind of ${RELOADS} supergraphs that were served once`, async () => {
  const log = createLogger('test', { level: 'silent' });
  const metrics = createGatewayMetrics(createMetrics('test'));
  const planning = planningOf();
  const know = createKnownOperations({
    door: { prepare: (supergraph, document, operation) => guardedOperation(supergraph, document, operation, 10) },
    maxBytes: 2 ** 20,
    recorder: null,
  });
  const pools = createSubgraphPools({ connections: 1 });
  const library = (n: number) =>
    composeLibrary({ books: `http://127.0.0.1:${9_000 + n}`, reviews: 'http://127.0.0.1:9' });
  const sdl = library(0);
  let text = sdl;
  const before = { children: children(), handles: handles() };

  const live = await openLiveSupergraph({
    ...switching({ planning, pools, addresses: new Map() }),
    source: { name: 'test', waits: false, pauseMs: () => 5, look: async () => text },
    warm: warmUp({ planning, know, trusted: () => [], limit: 10 }),
    log,
    metrics,
  });
  await planning.prepare(live.current(), { text: '{ books { title rating } }' });
  for (let n = 1; n <= RELOADS; n += 1) {
    const { id } = live.current();
    text = edition(sdl, n).replace(':9000', `:${9_000 + n}`);
    await eventually(() => expect(live.current().id).not.toBe(id), { timeoutMs: 20_000 });
    for (const { url } of live.current().subgraphs) pools.poolFor(new URL(url));
  }
  expect(planning.prepare(live.current(), { text: '{ books { title rating } }' })).not.toBeInstanceOf(Promise);
  await eventually(() => expect(children()).toBeLessThanOrEqual(before.children + 2));
  await eventually(() => expect(handles()).toBeLessThanOrEqual(before.handles));
  expect(pools.size()).toBe(2);

  await live.close();
  await planning.close();
  await pools.close();
  await eventually(() => expect(children()).toBe(before.children));
}, 180_000);
