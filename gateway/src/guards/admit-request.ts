import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import { clientAddressOf, readsStatus } from '@shop/service-kit';
import type { GraphQLError } from 'graphql';
import { asGraphQLError } from '../errors/client-error.ts';
import { withHead } from '../errors/http-head.ts';
import { idempotencyKeyOf, type RequestContext } from '../request-context.ts';
import { clientAppOf } from '../usage/client-app.ts';
import { refuseForgery } from './csrf.ts';
import type { Client, Door } from './door.ts';
import type { TokenVerifier } from './token-verifier.ts';

/** What every way in has to ask before it lets anybody in. */
export interface Entrance {
  door: Door;
  verifier: TokenVerifier;
  trustedProxies: BlockList;
  /** Whether it is recorded who asks for what (RECORD_USAGE); else nobody reads the name of a client. */
  recordsUsage: boolean;
}

/** Lets a request over HTTP in, and says who asks. Throws a GraphQLError that refuses the whole request. */
export async function admitRequest(
  request: IncomingMessage,
  { door, verifier, trustedProxies, recordsUsage }: Entrance,
): Promise<RequestContext> {
  const { headers } = request;
  const client: Client = { address: clientAddressOf(request, trustedProxies), accept: headers.accept };
  const forged = refuseForgery(headers);
  if (forged) door.refuse(forged, client);
  await door.admitAddress(client);
  const { token } = await viewerOf(headers, verifier);
  const app = recordsUsage && { app: clientAppOf(headers) };
  const context = { client, ...app, idempotencyKey: idempotencyKeyOf(headers), token };
  await door.admitViewer(context);
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
  const refused = error.extensions.code === 'UNAUTHENTICATED' ? 401 : 503;
  return withHead(error, { status: readsStatus(accept) ? refused : 200 });
}
