import { GraphQLError } from 'graphql';
import { asGraphQLError } from '../errors/client-error.ts';
import { idempotencyKeyOf, type RequestContext } from '../request-context.ts';
import type { TokenVerifier } from './token-verifier.ts';

type Headers = Record<string, string | string[] | undefined>;

/** Who asks over HTTP. Throws a GraphQLError that refuses the whole request when the token cannot be trusted. */
export async function contextOfRequest(
  headers: Headers,
  verifier: TokenVerifier,
  clientAddress: string,
): Promise<RequestContext> {
  try {
    const authorization = Array.isArray(headers.authorization) ? headers.authorization[0] : headers.authorization;
    return { token: await verifier.verify(authorization), idempotencyKey: idempotencyKeyOf(headers), clientAddress };
  } catch (error) {
    throw withStatus(asGraphQLError(error), headers.accept);
  }
}

/** Clients of plain `application/json` take anything but a 200 for a broken connection and do not read the answer. */
function withStatus(error: GraphQLError, accept: string | string[] | undefined): GraphQLError {
  const understandsStatus = String(accept ?? '').includes('application/graphql-response+json');
  const refused = error.extensions.code === 'UNAUTHENTICATED' ? 401 : 503;
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { ...error.extensions, http: { status: understandsStatus ? refused : 200 } },
  });
}
