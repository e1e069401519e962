import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import { type DocumentNode, execute, GraphQLError, GraphQLScalarType, parse, validate } from 'graphql';

export interface RunningSubgraph {
  url: string;
  /** The requests it got. */
  requests: { query: string; headers: IncomingMessage['headers'] }[];
  /** Answers in its place; where it gives `true` the request is left to the subgraph. */
  misbehave: ((response: ServerResponse, query: string) => unknown) | null;
  close(): Promise<void>;
}

/** A number that is even; the gateway knows nothing of it but the name. */
const Even = new GraphQLScalarType({
  name: 'Even',
  parseValue(value) {
    if (typeof value === 'number' && value % 2 === 0) return value;
    throw new GraphQLError('Even cannot be odd.');
  },
  parseLiteral(node) {
    if (node.kind === 'IntValue' && Number(node.value) % 2 === 0) return Number(node.value);
    throw new Error('Even cannot be odd.');
  },
});

/** A federated subgraph on real HTTP, which says 400 to what does not validate, as Apollo Server does. */
export async function startSubgraph(
  sdl: string,
  resolvers: GraphQLResolverMap<{ headers: Record<string, string> }>,
  port = 0,
): Promise<RunningSubgraph> {
  const typeDefs: DocumentNode = parse(sdl);
  const all = { ...resolvers, ...(sdl.includes('scalar Even') && { Even }) };
  const schema = buildSubgraphSchema([{ typeDefs, resolvers: all }]);

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString());
    subgraph.requests.push({ query, headers: request.headers });
    if (subgraph.misbehave && subgraph.misbehave(response, query) !== true) return;
    const document = parse(query);
    const invalid = validate(schema, document);
    const answer =
      invalid.length > 0
        ? { errors: invalid.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) }
        : await execute({ schema, document, variableValues: variables, contextValue: { headers: request.headers } });
    const refused = !('data' in answer);
    const errors = refused ? answer.errors?.map((error) => withCode(error, 'BAD_USER_INPUT')) : answer.errors;
    response.writeHead(refused ? 400 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...answer, ...(errors && { errors }) }));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));

  const subgraph: RunningSubgraph = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    requests: [],
    misbehave: null,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return subgraph;
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes, source, positions, path, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions: { code, ...extensions } });
}
