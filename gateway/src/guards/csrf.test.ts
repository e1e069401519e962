import { expect, it } from '@jest/globals';
import { refuseForgery } from './csrf.ts';

it.each([
  [{ 'content-type': 'application/json' }],
  [{ 'content-type': 'application/graphql-response+json; charset=utf-8' }],
  [{ 'content-type': 'text/plain', 'apollo-require-preflight': '1' }],
  [{ 'x-apollo-operation-name': 'Q' }],
])('lets %j through', (headers) => expect(refuseForgery(headers)).toBeNull());

it.each([
  [{}],
  [{ 'content-type': 'text/plain' }],
  [{ 'content-type': 'Text/Plain; charset=utf-8' }],
  [{ 'content-type': 'multipart/form-data; boundary=x' }],
  [{ 'content-type': 'application/x-www-form-urlencoded', 'apollo-require-preflight': '' }],
])('refuses %j, which a form or a link can send', (headers) =>
  expect(refuseForgery(headers)).toMatchObject({ guard: 'csrf', code: 'BAD_USER_INPUT' }),
);
