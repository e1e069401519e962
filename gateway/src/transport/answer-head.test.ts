import { expect, it } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { badRequest } from '../errors/http-head.ts';
import { statusOf } from './answer-head.ts';

const READS = 'application/graphql-response+json';
const DOES_NOT = 'application/json';
const errorOf = (code?: string) => new GraphQLError('no', { extensions: { ...(code && { code }) } });

it.each([
  ['nothing went wrong', [], true, READS, 200],
  ['part of the answer is missing', [errorOf('SERVICE_UNAVAILABLE')], true, READS, 200],
  ['it was not valid', [errorOf('GRAPHQL_VALIDATION_FAILED')], false, READS, 400],
  ['it was not valid, which the client reads in the answer', [errorOf('BAD_USER_INPUT')], false, DOES_NOT, 200],
  ['it cannot be done now', [errorOf('SERVICE_UNAVAILABLE')], false, DOES_NOT, 503],
  ['nobody knows', [errorOf()], false, READS, 500],
  ['an error knows better', [errorOf(), badRequest('no', { status: 405 })], false, DOES_NOT, 405],
])('when %s', (_, errors, hasData, accept, status) => {
  expect(statusOf(errors, hasData, accept).status).toBe(status);
});
