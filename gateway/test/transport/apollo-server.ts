import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { execute, type GraphQLSchema, getOperationAST, parse } from 'graphql';
import { coerceVariables } from '../../src/errors/bad-variables.ts';
import { type FormatError, toClientError } from '../../src/errors/client-error.ts';
import { noSuchOperation } from '../../src/execution/operation.ts';

export interface SentRequest {
  method: 'GET' | 'POST';
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  search?: string;
}

export interface ReceivedAnswer {
  status: number;
  headers: Record<string, string | null>;
  body: unknown;
}

export const COMPARED_HEADERS = ['content-type', 'allow', 'cache-control'];

/** Answers requests as Apollo Server's own pipeline does over an executor that has the words of ours. */
export async function startApolloServer(apiSchema: GraphQLSchema, rootValue: Record<string, unknown>) {
  const server = new ApolloServer({
    gateway: {
      onSchemaLoadOrUpdate(callback) {
        callback({ apiSchema, coreSupergraphSdl: '' });
        return () => undefined;
      },
      load: async () => ({
        async executor({ request, source }) {
          const document = parse(source, { noLocation: true });
          const operation = getOperationAST(document, request.operationName);
          if (!operation) return { errors: [noSuchOperation()] };
          const variables = coerceVariables(apiSchema, operation, request.variables);
          if ('errors' in variables) return { errors: variables.errors };
          const { operationName, variables: variableValues } = request;
          return await execute({ schema: apiSchema, document, rootValue, operationName, variableValues });
        },
      }),
      stop: async () => undefined,
    },
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    formatError: inOurWords,
    plugins: [
      statusCodes,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await server.start();
  return {
    async answer({ method, headers = {}, body = {}, search = '' }: SentRequest): Promise<ReceivedAnswer> {
      const answer = await server.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method, headers: new HeaderMap(Object.entries(headers)), body, search },
        context: async () => ({}),
      });
      if (answer.body.kind !== 'complete') throw new Error('The answer comes in parts.');
      return {
        status: answer.status ?? 200,
        headers: Object.fromEntries(COMPARED_HEADERS.map((name) => [name, answer.headers.get(name) ?? null])),
        body: JSON.parse(answer.body.string),
      };
    },
    close: () => server.stop(),
  };
}

/** Apollo Server's names for requests that make no sense, in the words of the public API. */
const RENAMED = new Map([
  ['BAD_REQUEST', 'BAD_USER_INPUT'],
  ['OPERATION_RESOLUTION_FAILURE', 'GRAPHQL_VALIDATION_FAILED'],
]);

const inOurWords: FormatError = (formatted, original) => {
  const code = String(formatted.extensions?.code);
  const extensions = { ...formatted.extensions, code: RENAMED.get(code) ?? code };
  return toClientError({ ...formatted, extensions }, original);
};

/** GraphQL over HTTP: Apollo Server says 400 to clients of `application/json` where it should say 200. */
const statusCodes: ApolloServerPlugin = {
  async requestDidStart() {
    return {
      async willSendResponse({ request, response, errors }) {
        if (!errors?.length || response.http.status !== 400) return;
        const accept = request.http?.headers.get('accept') ?? '';
        const isAboutTheDocument = errors.some(({ extensions }) => UNDERSTOOD.has(String(extensions.code)));
        if (isAboutTheDocument && !accept.includes('application/graphql-response+json')) response.http.status = 200;
      },
    };
  },
};

const UNDERSTOOD = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
]);
