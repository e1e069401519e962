import { BadUserInput, Refusal, type Viewer } from '@shop/kernel';
import { createHttpServer, createLogger, createMetrics, createReadiness } from '@shop/service-kit';
import { graphqlClient, type TestTokens, testTokens } from '@shop/testkit';
import { buildSchema } from 'graphql';
import { mountSubgraph } from '../src/serve-subgraph.ts';
import { createVerifier } from '../src/verifier.ts';

const SECRET = 'mysql://root:hunter2@db-7.internal';
interface Context {
  viewer: Viewer;
  noteReplay(): void;
}

const resolvers = {
  me: (_args: unknown, { viewer }: Context) => viewer.id,
  again: (_args: unknown, { noteReplay }: Context) => {
    noteReplay();
    return 'as before';
  },
  broken: () => {
    throw new Error(SECRET);
  },
  away: () => {
    throw new Error('query failed', { cause: Object.assign(new Error(SECRET), { code: 'ECONNREFUSED' }) });
  },
  refused: () => {
    throw new BadUserInput('first', 'first must be between 1 and 100.');
  },
  escaped: () => {
    throw new Refusal({ code: 'SOLD_OUT', message: 'Sold out.', path: null });
  },
};
const schema = buildSchema(
  `type Query { me: String again: String broken: String away: String refused: String escaped: String size(of: Int!): Int }`,
);
for (const [name, resolve] of Object.entries(resolvers)) {
  Object.assign(schema.getQueryType()?.getFields()[name] ?? {}, {
    resolve: (_source: unknown, args: unknown, context: Context) => resolve(args, context),
  });
}

let tokens: TestTokens;
let url: string;
let close: () => Promise<void>;

beforeAll(async () => {
  tokens = await testTokens();
  const log = createLogger('test', { level: 'silent' });
  const http = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    log,
    readiness: createReadiness(),
    metrics: createMetrics('test'),
  });
  const endpoint = mountSubgraph(http);
  url = `${await http.listen()}/graphql`;
  const early = await graphqlClient(url).query('{ me }');
  expect(early).toMatchObject({ status: 503, errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
  const verifier = createVerifier(tokens);
  endpoint.serve({ schema, verifier, context: (request) => ({ ...request }), log });
  close = async () => {
    await http.close();
    await tokens.close();
  };
});
afterAll(() => close());

const ask = (document: string, token?: string) => graphqlClient(url, { ...(token && { token }) }).query(document);

it('answers nobody in particular without a token, and refuses a bad one for the whole request', async () => {
  expect((await ask('{ me }')).data).toEqual({ me: null });
  const bad = await ask('{ me }', 'rubbish');
  expect(bad).toMatchObject({ status: 401, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
});

it('masks what went wrong inside, with a trace id to find it by', async () => {
  const answer = await ask('{ broken }');
  expect(answer.errors).toMatchObject([
    { message: 'Something went wrong.', path: ['broken'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
  ]);
  expect(JSON.stringify(answer)).not.toMatch(/hunter2|stack|db-7/);
});

it('says SERVICE_UNAVAILABLE when a server it depends on is away', async () => {
  const answer = await ask('{ away }');
  expect(answer.errors).toMatchObject([{ extensions: { code: 'SERVICE_UNAVAILABLE' } }]);
  expect(JSON.stringify(answer)).not.toContain('hunter2');
});

it('names the field of a bad input', async () => {
  expect((await ask('{ refused }')).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', field: 'first' } }]);
});

it('keeps the code of a request that GraphQL itself refuses', async () => {
  expect((await ask('{ nothing }')).errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  expect((await ask('{ me')).errors).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
  const twoOfThem = await ask('query A { me } query B { me }');
  expect(twoOfThem.errors).toMatchObject([{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }]);
});

it('calls a null bad input where only the default of its variable would do', async () => {
  const query = 'query ($of: Int = 1) { size(of: $of) }';
  expect((await graphqlClient(url).query(query, { of: null })).errors).toMatchObject([
    { message: expect.stringContaining('"of"'), path: ['size'], extensions: { code: 'BAD_USER_INPUT' } },
  ]);
});

it('marks an answer that was given before', async () => {
  expect(await ask('{ again }')).toMatchObject({
    data: { again: 'as before' },
    extensions: { idempotentReplay: true },
  });
  expect((await ask('{ me }')).extensions).toBeUndefined();
});
