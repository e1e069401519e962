import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import { asGraphQLError } from '../errors/client-error.ts';
import { type AskedDocument, textIn } from '../guards/asked-document.ts';
import { clientAddress, type TrustedProxies } from '../guards/client-address.ts';
import { refuseForgery } from '../guards/csrf.ts';
import type { Client, Door } from '../guards/door.ts';
import { idempotencyKeyOf, type RequestContext } from '../request-context.ts';
import type { TokenVerifier } from './token-verifier.ts';

export interface Entrance {
  door: Door;
  verifier: TokenVerifier;
  trustedProxies: TrustedProxies;
}

/**
 * Lets a request over HTTP in, with what it wants to run, and says who asks. Throws a GraphQLError that refuses the whole
 * request.
 */
export async function admitRequest(
  request: IncomingMessage,
  asked: AskedDocument,
  { door, verifier, trustedProxies }: Entrance,
): Promise<RequestContext> {
  const { headers } = request;
  const client: Client = { address: clientAddress(request, trustedProxies), accept: headers.accept };
  const forged = refuseForgery(headers);
  if (forged) door.refuse(forged, client);
  await door.admitAddress(client);
  const context = { client, idempotencyKey: idempotencyKeyOf(headers), ...(await viewerOf(headers, verifier)) };
  await door.admitViewer(context);
  door.admitDocument(textIn(asked), asked.variables, client);
  return context;
}

async function viewerOf(
  { authorization, accept }: IncomingMessage['headers'],
  verifier: TokenVerifier,
): Promise<Pick<RequestContext, 'token'>> {
  try {
    return { token: await verifier.verify(authorization) };
  } catch (error) {
    throw withStatus(asGraphQLError(error), accept);
  }
}

/** Clients of plain `application/json` take anything but a 200 for a broken connection and do not read the answer. */
function withStatus(error: GraphQLError, accept: string | undefined): GraphQLError {
  const understandsStatus = (accept ?? '').includes('application/graphql-response+json');
  const refused = error.extensions.code === 'UNAUTHENTICATED' ? 401 : 503;
  return new GraphQLError(error.message, {
    originalError: error,
    extensions: { ...error.extensions, http: { status: understandsStatus ? refused : 200 } },
  });
}
