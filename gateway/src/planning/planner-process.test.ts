import { composeServices } from '@apollo/composition';
import { afterEach, expect, it, jest } from '@jest/globals';
import { createLogger } from '@shop/service-kit';
import { type DocumentNode, parse } from 'graphql';
import type { ApolloRequest } from './apollo-planner.ts';
import { PlanningFailed } from './planner.ts';
import { createPlannerProcess, type PlannerProcess, type PlannerProcessOptions } from './planner-process.ts';

const log = createLogger('test', { level: 'silent' });
const request = { overrides: {}, text: '{ lamp { lit } }' };
const never = new AbortController().signal;

let child: PlannerProcess<ApolloRequest>;
afterEach(() => child.close());

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

function aProcess(options: Partial<PlannerProcessOptions> = {}): PlannerProcess<ApolloRequest> {
  const usual = { file: 'apollo-worker', sdl: supergraph(), canGiveUp: false, memoryMb: 512, log };
  child = createPlannerProcess({ ...usual, ...options });
  return child;
}

it('plans for its supergraph, without being told to begin', async () => {
  const { plan, ready } = aProcess();
  expect(JSON.parse(await plan(request, never))).toMatchObject({ node: { serviceName: 'a' } });
  await ready();
  await expect(plan({ ...request, text: '{ lamp { unlit } }' }, never)).rejects.toThrow(PlanningFailed);
});

it('says why a supergraph cannot be read', async () => {
  const { plan, ready } = aProcess({ sdl: 'type Query {' });
  await expect(ready()).rejects.toThrow('Syntax Error');
  await expect(plan(request, never)).rejects.toThrow('Syntax Error');
});

it('ends what is given up, and goes on with the next', async () => {
  const { plan } = aProcess();
  await expect(plan(request, AbortSignal.timeout(1))).rejects.toThrow('given up');
  expect(await plan(request, never)).toContain('lit');
});

it('keeps the process whose planner can be interrupted', async () => {
  const { plan, ready } = aProcess({ file: 'hive-worker', canGiveUp: true });
  const hiveRequest = { ...request, overrides: { labels: new Set(), roll: 0 } } as unknown as ApolloRequest;
  await ready();
  await expect(plan(hiveRequest, AbortSignal.abort())).rejects.toThrow('given up');
  expect(await plan(hiveRequest, never)).toContain('lit');
});

it('goes on in another process after so many plans', async () => {
  const told = jest.spyOn(log, 'info');
  const { plan } = aProcess({ renewAfter: 2 });
  for (let number = 1; number <= 3; number += 1) expect(await plan(request, never)).toContain('lit');
  expect(told.mock.calls).toEqual([[{ plans: 2 }, 'The planning process is renewed.']]);
});

it('says of a process that died that it did', async () => {
  const { plan, ready } = aProcess({ file: 'no-such-worker' });
  await expect(ready()).rejects.toThrow('died');
  await expect(plan(request, never)).rejects.toThrow('died');
});

it('outlives the panic that a valid operation causes in the native planner, and says which one it was', async () => {
  const errors = jest.spyOn(log, 'error');
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
  const [toys, users] = [
    `${link} type Query { all: [Any!]! } union Any = A | B type A { by: User } type B { by: User }
      type User @key(fields: "id") { id: ID! }`,
    `${link} type User @key(fields: "id") { id: ID!, name(short: Boolean): String }`,
  ].map((sdl) => parse(sdl));
  const { supergraphSdl } = composeServices([
    { name: 'toys', typeDefs: toys as DocumentNode },
    { name: 'users', typeDefs: users as DocumentNode },
  ]);
  const { plan } = aProcess({ file: 'hive-worker', canGiveUp: true, sdl: supergraphSdl ?? '' });
  const asked = (text: string) => ({ text, overrides: { labels: new Set(), roll: 0 } }) as unknown as ApolloRequest;
  const panics = '{ all { ... on A { by { n: name } } ... on B { by { n: name(short: true) } } } }';
  await expect(plan(asked(panics), never)).rejects.toThrow('died');
  const said = { operations: [panics], lastWords: expect.stringContaining('panicked') };
  expect(errors).toHaveBeenCalledWith(expect.objectContaining(said), 'The planning process died.');
  expect(await plan(asked('{ all { ... on A { by { name } } } }'), never)).toContain('name');
});

it('keeps nobody waiting when it closes', async () => {
  const { plan, close } = aProcess();
  const planning = plan(request, never);
  await Promise.all([close(), expect(planning).rejects.toThrow('closing')]);
  await expect(plan(request, never)).rejects.toThrow(PlanningFailed);
});
