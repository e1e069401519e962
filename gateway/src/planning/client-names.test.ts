import { describe, expect, it } from '@jest/globals';
import { GraphQLError, parse, print } from 'graphql';
import { clientPath, renameCollisions, withClientNames } from './client-names.ts';
import type { SupergraphFacts } from './supergraph-facts.ts';

const facts: SupergraphFacts = {
  addedFields: new Set(['__typename', 'id', 'price']),
  addedWithArguments: new Set(['price']),
  requirements: new Map(),
  contextualFields: new Set(),
  hasInterfaceObjects: false,
  overrideLabels: new Set(),
};

const renamed = (text: string) => {
  const { document, clientNames } = renameCollisions(parse(text), facts);
  return { text: print(document).replace(/\s+/g, ' '), names: Object.fromEntries(clientNames) };
};

describe('what a client calls like something that plans add', () => {
  it.each([
    ['an alias', '{ a { id: code } }', '{ a { client_id: code } }'],
    ['a field with arguments', '{ a { id(of: 1) } }', '{ a { client_id: id(of: 1) } }'],
    ['a field required with arguments', '{ a { price } }', '{ a { client_price: price } }'],
    ['an alias of a meta field', '{ a { __typename: code } }', '{ a { client_typename: code } }'],
    ['an alias that planners make up', '{ a { _internal_qp_alias_0: b } }', '{ a { client_internal_qp_alias_0: b } }'],
    [
      'all mentions of a name, the same way',
      '{ a { id: code ...F } } fragment F on A { id: code x: id }',
      '{ a { client_id: code ...F } } fragment F on A { client_id: code x: id }',
    ],
    ['a name whose new name is taken', '{ a { id: code client_id } }', '{ a { client_id_: code client_id } }'],
  ])('gets another name: %s', (_, text, expected) => {
    expect(renamed(text).text).toBe(expected);
  });

  it.each(['{ a { id __typename } }', '{ a { t: __typename x: id } }', '{ a { other(of: 1) } }'])(
    'keeps its name where nothing collides: %s',
    (text) => {
      expect(renamed(text)).toEqual({ text, names: {} });
    },
  );
});

it('gives answers and errors the names of the client', () => {
  const { clientNames } = renameCollisions(parse('{ list { id: code price } }'), facts);
  const error = new GraphQLError('no', { path: ['list', 0, 'client_price'], extensions: { code: 'NOT_FOUND' } });
  const data = { list: [{ client_id: 'c', client_price: null }, null] };
  const { data: shown, errors } = withClientNames({ data, errors: [error] }, clientNames);
  expect(JSON.stringify(shown)).toBe('{"list":[{"id":"c","price":null},null]}');
  expect(errors[0]).toMatchObject({ path: ['list', 0, 'price'], extensions: { code: 'NOT_FOUND' } });
  expect(clientPath(['client_id', 1], clientNames)).toEqual(['id', 1]);
});
