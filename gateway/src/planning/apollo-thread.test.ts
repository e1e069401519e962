import { afterEach, expect, it } from '@jest/globals';
import { createLogger } from '@shop/service-kit';
import { type ApolloThread, createApolloThread } from './apollo-thread.ts';
import { PlanningFailed } from './planner.ts';

const log = createLogger('test', { level: 'silent' });
const request = { supergraphId: 's', overrides: {}, text: '{ lamp { lit } }' };
const never = new AbortController().signal;

let thread: ApolloThread;
afterEach(() => thread.close());

/** A supergraph of one subgraph, with types that nobody asks for. */
function supergraph({ types = 0 } = {}): string {
  const more = Array.from({ length: types }, (_, i) => {
    const fields = Array.from({ length: 20 }, (_, f) => `f${f}(a: Int, b: [String!]): [T${(i + f) % types}]`);
    return `type T${i} @join__type(graph: A) { ${fields.join(' ')} }`;
  });
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
    ${more.join('\n')}
  `;
}

it('plans for every supergraph it was told of, until it is to forget it', async () => {
  thread = createApolloThread(log);
  thread.load('s', supergraph());
  expect(JSON.parse(await thread.plan({ ...request, signal: never }))).toMatchObject({ node: { serviceName: 'a' } });
  thread.load('other', 'type Query');
  await expect(thread.plan({ ...request, supergraphId: 'other', signal: never })).rejects.toThrow(PlanningFailed);
  thread.forget('s');
  await expect(thread.plan({ ...request, signal: never })).rejects.toThrow('never loaded');
});

it('ends what is given up, and goes on with the next', async () => {
  thread = createApolloThread(log);
  thread.load('s', supergraph());
  await expect(thread.plan({ ...request, signal: AbortSignal.timeout(1) })).rejects.toThrow('given up');
  expect(await thread.plan({ ...request, signal: never })).toContain('lit');
});

it('outlives the thread that dies of what it was told', async () => {
  thread = createApolloThread(log, { memoryMb: 64 });
  thread.load('s', supergraph());
  thread.load('huge', supergraph({ types: 4_000 }));
  await expect(thread.plan({ ...request, signal: never })).rejects.toThrow('died');
  thread.forget('huge');
  expect(await thread.plan({ ...request, signal: never })).toContain('lit');
});

it('keeps nobody waiting when it closes', async () => {
  thread = createApolloThread(log);
  thread.load('s', supergraph());
  const planning = thread.plan({ ...request, signal: never });
  await Promise.all([thread.close(), expect(planning).rejects.toThrow('closing')]);
  await expect(thread.plan({ ...request, signal: never })).rejects.toThrow(PlanningFailed);
});
