import type { ServerResponse } from 'node:http';
import {
  type AskedOperation,
  acceptedType,
  MalformedRequest,
  operationInBody,
  operationInSearch,
} from '@shop/service-kit';
import type { FastifyRequest } from 'fastify';
import type { GraphQLError } from 'graphql';
import { badRequest } from '../errors/http-head.ts';
import { admitRequest, type Entrance } from '../guards/admit-request.ts';
import { type Departure, departureFrom } from '../resilience/departure.ts';
import type { AdmitText } from './admit-text.ts';
import { takesParts } from './multipart.ts';
import type { OperationAnswer, OperationPipeline } from './operation-pipeline.ts';

export interface HttpOperationsOptions {
  pipeline: OperationPipeline;
  admitText: AdmitText;
  entrance: Entrance;
  /** How many operations one request may hold; 0 for no lists at all. */
  maxBatch: number;
}

export interface HttpOperations {
  /** Answers what a request asks for: one operation, or a list of them with an answer for each. */
  answer(request: FastifyRequest, response: ServerResponse): Promise<OperationAnswer | OperationAnswer[]>;
}

export function createHttpOperations(options: HttpOperationsOptions): HttpOperations {
  const { pipeline, admitText, entrance, maxBatch } = options;

  async function answerOne(
    request: FastifyRequest,
    departure: Departure,
    read: () => AskedOperation,
    { mayBeParts = true } = {},
  ): Promise<OperationAnswer> {
    const { raw, method } = request;
    const { accept } = raw.headers;
    try {
      const inParts = mayBeParts && takesParts(accept);
      if (acceptedType(accept) === null && !inParts) throw notAcceptable();
      const context = await admitRequest(raw, entrance);
      context.departure = departure;
      const found = admitText(read(), context.client);
      const admitted = found instanceof Promise ? await found : found;
      return await pipeline.answer({ ...admitted, queryOnly: method === 'GET', takesParts: inParts }, context);
    } catch (error) {
      return pipeline.refusal(error, accept);
    }
  }

  return {
    async answer(request, response) {
      const { method, url, body } = request;
      const departure = departureFrom(response);
      const search = () => operationInSearch(url.slice(url.indexOf('?')));
      if (method === 'GET') return answerOne(request, departure, url.includes('?') ? search : () => ({}));
      if (!Array.isArray(body) || maxBatch === 0) return answerOne(request, departure, () => operationInBody(body));
      if (body.length === 0 || body.length > maxBatch) {
        const refusal = badRequest(`A list must hold 1 to ${maxBatch} operations.`);
        return pipeline.refusal(refusal, request.headers.accept);
      }
      // Each is let in by itself, so that a list counts for as many requests as it holds operations.
      return Promise.all(
        body.map((each: unknown) => answerOne(request, departure, () => operationInList(each), { mayBeParts: false })),
      );
    },
  };
}

function notAcceptable(): GraphQLError {
  return badRequest('Answers are application/graphql-response+json or application/json.', { status: 406 });
}

/** Throws for what is in a list of operations and is none. */
function operationInList(item: unknown): AskedOperation {
  if (Array.isArray(item)) throw new MalformedRequest('A list of operations holds objects, and no further lists.');
  return operationInBody(item);
}
