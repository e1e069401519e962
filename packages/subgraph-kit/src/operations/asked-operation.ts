import {
  essenceOf,
  type OperationParams,
  operationInBody,
  operationInSearch,
  operationParams,
} from '@shop/service-kit';
import { badRequest } from './request-refused.ts';

/** What a client asks for; whether it can be run is seen later. */
export interface OperationRequested extends OperationParams {
  /** A GET may only ask, and change nothing. */
  mayChange: boolean;
}

/** As much of a request as an operation can be in. */
export interface OperationRequest {
  method: string;
  /** With the query string. */
  url: string;
  headers: { 'content-type'?: string | undefined };
  body: unknown;
}

/** Reads the operation of a request. Throws RequestRefused or MalformedRequest for what cannot be meant. */
export function askedOperation({ method, url, headers, body }: OperationRequest): OperationRequested {
  if (method === 'POST') return { ...operationParams(operationInBody(body)), mayChange: true };
  if (method !== 'GET') throw badRequest('Operations are sent with GET or POST.', 405, { allow: 'GET, POST' });
  const type = headers['content-type'];
  if (type !== undefined && essenceOf(type) !== 'application/json') {
    throw badRequest('GET requests may not have a content-type header other than application/json.', 415);
  }
  return { ...operationParams(operationInSearch(url.slice(url.indexOf('?') + 1))), mayChange: false };
}
