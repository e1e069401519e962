import type { ApolloServerPlugin } from '@apollo/server';

/**
 * GraphQL over HTTP: to a client that does not know `application/graphql-response+json`, a request that was understood
 * as GraphQL is answered with 200, even if the document or its variables are wrong.
 */
export const statusCodes: ApolloServerPlugin = {
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
