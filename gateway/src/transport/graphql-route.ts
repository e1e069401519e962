import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { admitRequest, type Entrance } from '../door/open-door.ts';
import { badRequest } from '../errors/http-head.ts';
import { bodyTooLarge } from '../guards/body-size.ts';
import { answerText } from './answer-text.ts';
import { operationInBody, operationInSearch, operationParams, withText } from './asked-operation.ts';
import { readJsonBodies } from './json-bodies.ts';
import { acceptedType } from './media-type.ts';
import type { OperationAnswer, OperationPipeline } from './operation-pipeline.ts';
import type { PersistedQueries } from './persisted-queries.ts';

export interface GraphQLRouteOptions {
  pipeline: OperationPipeline;
  persisted: PersistedQueries;
  entrance: Entrance;
  maxBodyBytes: number;
  /** The page a browser gets, or null for none. */
  graphiql: string | null;
}

export const GRAPHQL_PATH = '/graphql';

/** `/graphql` over HTTP: POST, GET for queries, and a page for browsers. https://graphql.github.io/graphql-over-http */
export function serveGraphQL(app: FastifyInstance, options: GraphQLRouteOptions): void {
  const { pipeline, entrance, graphiql, maxBodyBytes } = options;

  app.register(async (scope) => {
    readJsonBodies(scope);
    scope.setErrorHandler(answerInGraphQL);
    scope.route({
      url: GRAPHQL_PATH,
      method: ['GET', 'POST'],
      bodyLimit: maxBodyBytes,
      async handler(request, reply) {
        if (graphiql !== null && wantsAPage(request)) return reply.type('text/html; charset=utf-8').send(graphiql);
        return send(reply, await answer(request, options), request);
      },
    });
    scope.route({
      url: GRAPHQL_PATH,
      method: ['PUT', 'PATCH', 'DELETE'],
      handler: () => {
        throw badRequest('Operations are sent with GET or POST.', { status: 405, headers: { allow: 'GET, POST' } });
      },
    });
  });
  // Whoever types the bare address into a browser is looking for the page.
  if (graphiql !== null) app.get('/', (_request, reply) => reply.redirect(GRAPHQL_PATH));

  /** What is wrong with a request before it is one of GraphQL; its sender expects a GraphQL answer all the same. */
  function answerInGraphQL(error: FastifyError | GraphQLError, request: FastifyRequest, reply: FastifyReply): unknown {
    return send(reply, pipeline.refusal(refusalOf(error), request.headers.accept), request);
  }

  function refusalOf(error: FastifyError | GraphQLError): GraphQLError {
    if (error instanceof GraphQLError) return error;
    const { statusCode: status = 500, message } = error;
    if (status >= 500) throw error;
    if (status !== 413) return badRequest(message, { status });
    const tooLarge = bodyTooLarge(maxBodyBytes);
    entrance.door.count(tooLarge);
    return badRequest(tooLarge.message, { status });
  }
}

async function answer(
  { raw, method, body, url }: FastifyRequest,
  { pipeline, persisted, entrance }: GraphQLRouteOptions,
): Promise<OperationAnswer> {
  const { door } = entrance;
  const { accept } = raw.headers;
  try {
    if (acceptedType(accept) === null) throw notAcceptable();
    const context = await admitRequest(raw, entrance);
    const isGet = method === 'GET';
    const asked = isGet ? operationInSearch(url.slice(GRAPHQL_PATH.length)) : operationInBody(body);
    const trusted = door.trustedText(asked);
    const params = operationParams(trusted === null ? asked : withText(asked, trusted));
    const found = persisted.textOf(params);
    const text = found instanceof Promise ? await found : found;
    door.admitDocument(text, params.variables, context.client);
    if (text === null) throw persisted.missing(params);
    const onAdmitted = () => persisted.remember(params);
    return await pipeline.answer({ ...params, text, queryOnly: isGet, onAdmitted }, context);
  } catch (error) {
    return pipeline.refusal(error, accept);
  }
}

function send(reply: FastifyReply, answer: OperationAnswer, { headers }: FastifyRequest): FastifyReply {
  const { status, headers: extra } = answer.head;
  reply.code(status).header('content-type', `${acceptedType(headers.accept) ?? 'application/json'}; charset=utf-8`);
  if (extra) reply.headers(extra);
  // A string goes out together with its head, a buffer in a write of its own.
  return reply.send(answerText(answer));
}

function wantsAPage({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && (headers.accept ?? '').includes('text/html');
}

function notAcceptable(): GraphQLError {
  return badRequest('Answers are application/graphql-response+json or application/json.', { status: 406 });
}
