import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { loadConfig } from '@shop/service-kit';
import { type GraphqlClient, graphqlClient } from '@shop/testkit';
import { parse } from 'graphql';
import { type GatewayExtensions, gatewaySettings, type RunningGateway, startGateway } from '../../src/index.ts';
import { type RunningSubgraph, startSubgraph } from '../library/start-subgraph.ts';

const link = (...imports: string[]) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(['@key', ...imports])})`;

const FILES_SDL = `
  ${link('@cost', '@listSize', '@authenticated', '@requiresScopes', '@policy', '@composeDirective')}
    @link(url: "https://shopgraph.dev/eventStream/v1.0", import: ["@eventStream"]) @composeDirective(name: "@eventStream")
  enum eventStream__Audience { PUBLIC VIEWER }
  directive @eventStream(stream: String!, subject: String!, value: String!, current: String, currentRequired: Boolean = false,
    audience: eventStream__Audience = VIEWER) on FIELD_DEFINITION
  type Query {
    file(id: ID!): File
    files(first: Int = 3): [File!]! @listSize(slicingArguments: ["first"])
    shelves: [Shelf!]!
    secret: String @authenticated
    find(by: Criterion): Int
  }
  input Criterion { and: [Criterion!], text: String, kind: Kind }
  enum Kind { PAPER TAPE }
  type Mutation {
    shred(id: ID!): Boolean @requiresScopes(scopes: [["shred"]])
    copy(id: ID!): File
  }
  type Subscription {
    filed(id: ID): File @eventStream(stream: "BOOKS", subject: "book.filed.{args.id}", value: "{ id: $id }", audience: PUBLIC)
    ownFiled: File @requiresScopes(scopes: [["people"]]) @eventStream(stream: "BOOKS", subject: "book.filed.own", value: "{ id: $id }")
    secretlyFiled: File @authenticated @eventStream(stream: "BOOKS", subject: "book.filed.secret", value: "{ id: $id }")
  }
  type Shelf { name: String, files: [File!]! }
  type File @key(fields: "id") @cost(weight: 2) { id: ID!, title: String, code: String! @authenticated, rule: String @policy(policies: [["reader"]]) }
`;
const PEOPLE_SDL = `
  ${link('@requiresScopes')}
  type File @key(fields: "id") { id: ID!, owner: String @requiresScopes(scopes: [["people"]]), readers: [String!]! }
`;

const fileOf = (id: string) => ({ id, title: `File ${id}`, code: `code-${id}`, rule: 'rule' });
const files = ['1', '2', '3'].map(fileOf);

/** A gateway over two subgraphs that guard their fields and say what they cost. */
export interface Archive {
  files: RunningSubgraph;
  people: RunningSubgraph;
  gateway: RunningGateway;
  client(token?: string): GraphqlClient;
  metric(pattern: RegExp): Promise<number>;
  close(): Promise<void>;
}

export async function startArchive(
  settings: Record<string, string> = {},
  extensions: GatewayExtensions = {},
): Promise<Archive> {
  const filesSubgraph = await startSubgraph(FILES_SDL, {
    Query: {
      file: (_: unknown, { id }: { id: string }) => fileOf(id),
      files: (_: unknown, { first }: { first: number }) => files.slice(0, first),
      shelves: () => [{ name: 'A', files }],
      secret: () => 'a secret',
      find: () => 1,
    },
    Mutation: { shred: () => true, copy: (_: unknown, { id }: { id: string }) => fileOf(id) },
    File: { __resolveReference: ({ id }: { id: string }) => fileOf(id) },
  });
  const people = await startSubgraph(PEOPLE_SDL, {
    File: { __resolveReference: ({ id }: { id: string }) => ({ id, owner: 'Ada', readers: ['Bob'] }) },
  });
  const { supergraphSdl, errors } = composeServices([
    { name: 'files', url: filesSubgraph.url, typeDefs: parse(FILES_SDL) },
    { name: 'people', url: people.url, typeDefs: parse(PEOPLE_SDL) },
  ]);
  if (supergraphSdl === undefined) throw new AggregateError(errors ?? [], 'The archive does not compose.');
  const dir = await mkdtemp(join(tmpdir(), 'archive-'));
  const supergraphPath = join(dir, 'supergraph.graphql');
  await writeFile(supergraphPath, supergraphSdl);
  const env = { SUPERGRAPH_PATH: supergraphPath, PORT: '0', LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent', ...settings };
  const closeSubgraphs = async () => {
    await Promise.all([filesSubgraph.close(), people.close()]);
    await rm(dir, { recursive: true });
  };
  const gateway = await start(env, extensions).catch(async (error) => {
    await closeSubgraphs();
    throw error;
  });

  return {
    files: filesSubgraph,
    people,
    gateway,
    client: (token) => graphqlClient(gateway.url, token === undefined ? {} : { token }),
    async metric(pattern) {
      const text = await (await fetch(gateway.url.replace('/graphql', '/metrics'))).text();
      const line = text.split('\n').find((each) => pattern.test(each));
      return Number(line?.split(' ').at(-1) ?? 0);
    },
    async close() {
      await gateway.close();
      await closeSubgraphs();
    },
  };
}

/** Async, so that settings nobody can start with reject like everything else. */
async function start(env: Record<string, string>, extensions: GatewayExtensions): Promise<RunningGateway> {
  return startGateway(loadConfig(gatewaySettings, env), extensions);
}
