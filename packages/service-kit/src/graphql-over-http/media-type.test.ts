import { expect, it } from '@jest/globals';
import { acceptedType } from './media-type.ts';

it.each([
  [undefined, 'application/json'],
  ['', 'application/json'],
  ['*/*', 'application/json'],
  ['application/*', 'application/json'],
  ['application/graphql-response+json', 'application/graphql-response+json'],
  ['application/graphql-response+json, application/json', 'application/graphql-response+json'],
  ['application/json;q=0.5, Application/GraphQL-Response+JSON', 'application/graphql-response+json'],
  ['application/json;q=0, */*', 'application/graphql-response+json'],
  ['application/json; charset=utf-8', 'application/json'],
  ['text/html', null],
  ['application/json;q=0', null],
])('to whoever accepts %s the answer is %s', (accept, type) => {
  expect(acceptedType(accept)).toBe(type);
});
