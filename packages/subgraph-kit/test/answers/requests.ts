import type { Sent } from './start-library.ts';

const json = { 'content-type': 'application/json' };
const postText = (body: string, headers: Record<string, string> = json): Sent => ({ method: 'POST', headers, body });
const post = (body: unknown, headers: Record<string, string> = {}): Sent =>
  postText(JSON.stringify(body), { ...json, ...headers });
const ask = (query: string, variables?: object): Sent => post({ query, ...(variables && { variables }) });
const get = (params: Record<string, string> | [string, string][], headers: Record<string, string> = {}): Sent => ({
  ...{ method: 'GET', headers: { 'apollo-require-preflight': '1', ...headers } },
  search: `?${new URLSearchParams(params)}`,
});

const ME = '{ me }';
const TWO = 'query A { me } query B { size(of: 2) }';
const SIZE = 'query Size($of: Int!) { size(of: $of) }';
const ENTITIES =
  'query ($of: [_Any!]!) { _entities(representations: $of) { __typename ... on Book { id title pages } } }';
const book = (id: string) => ({ __typename: 'Book', id });

const asked: Record<string, Sent> = {
  'a query': ask(ME),
  'a query of somebody': post({ query: ME }, { authorization: 'Bearer ann' }),
  'a query with nulls beside it': post({ query: ME, operationName: null, variables: null, extensions: null }),
  'a query with a name': post({ query: SIZE, operationName: 'Size', variables: { of: 3 } }),
  'one of two operations': post({ query: TWO, operationName: 'B' }),
  'a query of everything': ask('{ me again books { id title pages } items { __typename id ... on Film { minutes } } }'),
  'an answer that was given before': ask('{ again }'),
  'a conditional field': ask('query ($with: Boolean!) { me size(of: 1) @include(if: $with) }', { with: false }),
  'fragments and aliases': ask('{ a: books { ...B } b: books { ...B } } fragment B on Book { key: id ... { title } }'),
  'an input with a default': ask('query ($wish: Wish!) { wish(wish: $wish) }', { wish: { title: 'Emma' } }),
  'a large answer': ask('{ large(characters: 100000) }'),
  'the type of the root': ask('{ __typename }'),
  'the shape of a type': ask('{ __type(name: "Book") { kind name fields { name } } __schema { queryType { name } } }'),
  'the SDL': ask('{ _service { sdl } }'),
  entities: ask(ENTITIES, { of: [book('b1'), { __typename: 'Film', id: 'f1' }, book('none')] }),
  'an entity that fails': ask(ENTITIES, { of: [book('b1'), book('broken')] }),
  'an entity of no type': ask(ENTITIES, { of: [{ id: 'b1' }] }),
  'an entity of another type': ask(ENTITIES, { of: [{ __typename: 'Song', id: 's1' }] }),
  'an extension nobody knows': post({ query: ME, extensions: { mine: 1 } }),
  'a mutation': post({ query: 'mutation { write(text: "x") }' }, { authorization: 'Bearer ann' }),
  'a mutation of nobody': ask('mutation { write(text: "x") }'),
  'a mutation that fails': post({ query: 'mutation { fail write(text: "x") }' }, { authorization: 'Bearer ann' }),
  'a mutation that fails altogether': post({ query: 'mutation { failBadly }' }, { authorization: 'Bearer ann' }),
};

const failing: Record<string, Sent> = {
  'a field that breaks': ask('{ me broken }'),
  'a needed field that breaks': ask('{ me needed }'),
  'a field deep inside that breaks': ask('{ books { id broken } }'),
  'a needed field that is missing': ask('{ books { id pages } }'),
  'a field that throws a text': ask('{ thrownText }'),
  'a server that is away': ask('{ away }'),
  'a bad input': ask('{ refused }'),
  'a refusal': ask('{ escaped }'),
  'an error with a code and more': ask('{ coded }'),
  'a value that is none of its enum': ask('{ mood }'),
  'an object of no type': ask('{ items { id } }'),
  'several errors': ask('{ broken refused away }'),
};

const refused: Record<string, Sent> = {
  'two operations and no name': ask(TWO),
  'a name there is not': post({ query: TWO, operationName: 'C' }),
  'a syntax error': ask('{ me'),
  'an empty document': ask('# nothing'),
  'nothing but a fragment': ask('fragment B on Book { id }'),
  'a field there is not': ask('{ nonsense mee }'),
  'a literal of the wrong type': ask('{ size(of: "two") }'),
  'a variable of the wrong type': ask(SIZE, { of: 'two' }),
  'a variable too few': ask(SIZE),
  'a variable that is null': ask(SIZE, { of: null }),
  'a null where only a default would do': ask('query ($of: Int = 1) { size(of: $of) }', { of: null }),
  'a mutation with a variable of the wrong type': post(
    { query: 'mutation ($text: String) { write(text: $text) }', variables: { text: 7 } },
    { authorization: 'Bearer ann' },
  ),
  'a subscription there is not': ask('subscription { me }'),
  'no query': post({ variables: {} }),
  'an empty query': post({ query: '' }),
  'a query that is null': post({ query: null }),
  'a query that is a number': post({ query: 7 }),
  'a query that is an object': post({ query: { kind: 'Field' } }),
  'a query that is a document': post({ query: { kind: 'Document' } }),
  'an empty body': post({}),
  'a body that is null': post(null),
  'a body that is a number': post(7),
  'a list without anything': post([]),
  'a list of operations': post([{ query: ME }]),
  'variables in a string': post({ query: ME, variables: '{}' }),
  'variables in a list': post({ query: ME, variables: [] }),
  'variables that are a number': post({ query: ME, variables: 7 }),
  'extensions in a string': post({ query: ME, extensions: '{}' }),
  'extensions that are a number': post({ query: ME, extensions: 7 }),
  'a name that is a number': post({ query: ME, operationName: 7 }),
  'a name that is empty': post({ query: ME, operationName: '' }),
  'a hash': post({ extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }),
  'a hash with its text': post({ query: ME, extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }),
  'a token that is none': post({ query: ME }, { authorization: 'Bearer rubbish' }),
  'a token that nobody can verify': post({ query: ME }, { authorization: 'Bearer keys-away' }),
  'a token that breaks the verifier': post({ query: ME }, { authorization: 'Bearer trouble' }),
  'a token that is none before a query that is none': post({ query: 7 }, { authorization: 'Bearer rubbish' }),
  'a body that is no JSON': postText('{"query": '),
  'a body without anything': postText(''),
  'a body that is too large': postText(JSON.stringify({ query: ME, variables: { x: 'x'.repeat(1_048_576) } })),
  'a body of no type': postText('{"query": "{ me }"}', {}),
  'a body of text': postText('{"query": "{ me }"}', { 'content-type': 'text/plain' }),
  'a body of text, forced': postText('{"query": "{ me }"}', {
    'content-type': 'text/plain',
    'apollo-require-preflight': '1',
  }),
  'a form': postText('query=x', { 'content-type': 'application/x-www-form-urlencoded' }),
  'a body of another type': postText('<query/>', { 'content-type': 'application/xml' }),
  'a body with a charset': postText('{"query": "{ me }"}', { 'content-type': 'application/json; charset=utf-8' }),
  'a body that poisons': postText('{"query": "{ me }", "__proto__": {"x": 1}}'),
  'a PUT': { method: 'PUT', headers: json, body: '{"query": "{ me }"}' },
  OPTIONS: { method: 'OPTIONS' },
  'a HEAD': { method: 'HEAD', search: '?query=%7Bme%7D', headers: { 'apollo-require-preflight': '1' } },
};

const got: Record<string, Sent> = {
  'a GET': get({ query: ME }),
  'a GET that a page could send': { method: 'GET', search: '?query=%7Bme%7D' },
  'a GET of text': get({ query: ME }, { 'content-type': 'text/plain' }),
  'a GET of JSON': { method: 'GET', search: '?query=%7Bme%7D', headers: json },
  'a GET with variables': get({ query: SIZE, variables: '{"of":4}', operationName: 'Size' }),
  'a mutation over GET': get({ query: 'mutation { write(text: "x") }' }),
  'a GET with a syntax error': get({ query: '{' }),
  'a GET without anything': get({}),
  'a GET with variables that are no JSON': get({ query: ME, variables: '{' }),
  'a GET with variables that are no object': get({ query: ME, variables: '[]' }),
  'a GET with extensions that are no JSON': get({ query: ME, extensions: 'x' }),
  'a GET with two queries': get([
    ['query', ME],
    ['query', TWO],
  ]),
};

const ACCEPTS = [
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json, application/json;q=0.9',
  'application/json, application/graphql-response+json',
  'application/*;q=0.5, application/graphql-response+json;q=0.1',
  'text/html',
  'multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json',
];

const negotiated = ACCEPTS.flatMap((accept) =>
  (['a query', 'a syntax error', 'a token that is none', 'a field that breaks', 'a variable too few'] as const).map(
    (name): [string, Sent] => {
      const sent = { ...asked, ...failing, ...refused }[name] as Sent;
      return [`${name}, accepting ${accept}`, { ...sent, headers: { ...sent.headers, accept } }];
    },
  ),
);

/** Requests of every kind, by what is special about them. */
export const REQUESTS: Record<string, Sent> = {
  ...{ ...asked, ...failing, ...refused, ...got },
  ...Object.fromEntries(negotiated),
};
