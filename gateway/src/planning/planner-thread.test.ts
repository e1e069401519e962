import { afterEach, expect, it } from '@jest/globals';
import { createLogger } from '@shop/service-kit';
import type { ApolloRequest } from './apollo-planner.ts';
import { PlanningFailed } from './planner.ts';
import { createPlannerThread, type PlannerThread, type PlannerThreadOptions } from './planner-thread.ts';

const log = createLogger('test', { level: 'silent' });
const request = { overrides: {}, text: '{ lamp { lit } }' };
const never = new AbortController().signal;

let thread: PlannerThread<ApolloRequest>;
afterEach(() => thread.close());

/** A supergraph of one subgraph. */
function supergraph(): string {
  return `
    schema @link(url: "https://specs.apollo.dev/link/v1.0")
      @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
    directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
    directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String,
      external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
    directive @join__graph(name: String!, url: String!) on ENUM_VALUE
    directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
    directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false,
      resolvable: Boolean! = true, isInterfaceObject: Boolean! = false)
      repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
    directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
    directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
    scalar join__FieldSet
    enum join__Graph { A @join__graph(name: "a", url: "http://a") }
    scalar link__Import
    enum link__Purpose { SECURITY EXECUTION }
    type Query @join__type(graph: A) { lamp: Lamp }
    type Lamp @join__type(graph: A) { lit: Boolean }
  `;
}

function aThread(options: Partial<PlannerThreadOptions> = {}): PlannerThread<ApolloRequest> {
  const usual = { file: 'apollo-worker', sdl: supergraph(), canGiveUp: false, memoryMb: 512, log };
  thread = createPlannerThread({ ...usual, ...options });
  return thread;
}

it('plans for its supergraph, without being told to begin', async () => {
  const { plan, ready } = aThread();
  expect(JSON.parse(await plan(request, never))).toMatchObject({ node: { serviceName: 'a' } });
  await ready();
  await expect(plan({ ...request, text: '{ lamp { unlit } }' }, never)).rejects.toThrow(PlanningFailed);
});

it('says why a supergraph cannot be read', async () => {
  const { plan, ready } = aThread({ sdl: 'type Query {' });
  await expect(ready()).rejects.toThrow('Syntax Error');
  await expect(plan(request, never)).rejects.toThrow('Syntax Error');
});

it('ends what is given up, and goes on with the next', async () => {
  const { plan } = aThread();
  await expect(plan(request, AbortSignal.timeout(1))).rejects.toThrow('given up');
  expect(await plan(request, never)).toContain('lit');
});

it('keeps the thread whose planner can be interrupted', async () => {
  const { plan, ready } = aThread({ file: 'hive-worker', canGiveUp: true });
  const hiveRequest = { ...request, overrides: { labels: new Set(), roll: 0 } } as unknown as ApolloRequest;
  await ready();
  await expect(plan(hiveRequest, AbortSignal.abort())).rejects.toThrow('given up');
  expect(await plan(hiveRequest, never)).toContain('lit');
});

it('says of a thread that died that it did', async () => {
  const { plan, ready } = aThread({ file: 'no-such-worker' });
  await expect(ready()).rejects.toThrow('died');
  await expect(plan(request, never)).rejects.toThrow('died');
});

it('keeps nobody waiting when it closes', async () => {
  const { plan, close } = aThread();
  const planning = plan(request, never);
  await Promise.all([close(), expect(planning).rejects.toThrow('closing')]);
  await expect(plan(request, never)).rejects.toThrow(PlanningFailed);
});
