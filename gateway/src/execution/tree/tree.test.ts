import { describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import type { DataRewrite } from '../../planning/plan.ts';
import type { Data } from './data.ts';
import { isEqual } from './equal.ts';
import { parseFlattenPath } from './flatten-path.ts';
import { createMerge } from './merge.ts';
import { compileRepresentation } from './representations.ts';
import { compileOutputRewrites } from './rewrites.ts';
import { SharedObjects } from './shared-objects.ts';
import { createTypeFacts } from './type-facts.ts';

const types = createTypeFacts(
  buildSchema(/* GraphQL */ `
    type Query { media: Media }
    interface Media { id: ID }
    type Book implements Media { id: ID }
    type Film implements Media { id: ID }
  `),
);
const merge = createMerge(types.isAbstract);

describe('merging', () => {
  it.each([
    ['what is new', { a: 1 }, { b: [2] }, { a: 1, b: [2] }],
    ['objects into objects', { a: { b: 1 } }, { a: { c: 2 } }, { a: { b: 1, c: 2 } }],
    ['lists item by item', { a: [{ b: 1 }, null] }, { a: [{ c: 2 }, { c: 3 }] }, { a: [{ b: 1, c: 2 }, { c: 3 }] }],
    ['lists of lists', { a: [[{ b: 1 }]] }, { a: [[{ c: 2 }]] }, { a: [[{ b: 1, c: 2 }]] }],
    ['null beside an object', { a: { b: 1 } }, { a: null }, { a: { b: 1 } }],
    ['an object beside null', { a: null }, { a: { b: 1 } }, { a: { b: 1 } }],
    ['null items beside objects', { a: [{ b: 1 }] }, { a: [null] }, { a: [{ b: 1 }] }],
    ['a later value over an earlier', { a: 1 }, { a: 2 }, { a: 2 }],
    ['a type over an interface', { __typename: 'Media' }, { __typename: 'Book' }, { __typename: 'Book' }],
    ['an interface under a type', { __typename: 'Book' }, { __typename: 'Media' }, { __typename: 'Book' }],
  ])('keeps %s', (_, target, source, result) => {
    merge(target as Data, source as Data);
    expect(target).toEqual(result);
  });

  it('changes no prototype, whatever a client calls its fields', () => {
    const target = {};
    merge(target, JSON.parse('{ "__proto__": { "polluted": true }, "constructor": { "prototype": { "p": 1 } } }'));
    merge(target, JSON.parse('{ "__proto__": { "more": true } }'));
    expect(JSON.stringify(target)).toBe(
      '{"__proto__":{"polluted":true,"more":true},"constructor":{"prototype":{"p":1}}}',
    );
    expect(({} as Data).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(target)).toBe(Object.prototype);
  });
});

describe('equality', () => {
  it.each([
    [{ a: [1, { b: null }] }, { a: [1, { b: null }] }, true],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1, b: 2 }, { a: 1 }, false],
    [{ a: 1 }, { b: 1 }, false],
    [[1], [1, 2], false],
    [[], {}, false],
    [null, {}, false],
    [{ toString: 1 }, { valueOf: 1 }, false],
  ])('of %j and %j is %j', (a, b, equal) => {
    expect(isEqual(a, b)).toBe(equal);
    expect(isEqual(b, a)).toBe(equal);
  });
});

describe('a path', () => {
  const book = { __typename: 'Book', id: 'b' };
  const film = { __typename: 'Film', id: 'f' };
  const root = {
    lists: [[{ media: book }, null], null, [{ media: film }]],
    flat: [book, film, null],
    one: { media: book },
  };

  it.each([
    ['lists of lists', ['lists', '@', '@', 'media'], ['lists.0.0.media', 'lists.2.0.media']],
    ['types of its end', ['lists', '@', '@', 'media|[Film]'], ['lists.2.0.media']],
    ['types of items', ['flat', '@|[Book,Nothing]'], ['flat.0']],
    ['interfaces', ['flat', '@|[Media]'], ['flat.0', 'flat.1']],
    ['what is not there', ['none', '@', 'media'], []],
    ['lists whose mark was left out', ['lists', 'media'], ['lists.0.0.media', 'lists.2.0.media']],
    ['a single object', ['one', 'media'], ['one.media']],
    ['the root', [], ['']],
  ])('leads through %s', (_, path, places) => {
    const parsed = parseFlattenPath(path, types);
    const found: Data[] = [];
    parsed.visit({ root, shared: new SharedObjects() }, (object) => found.push(object));
    const at = [...parsed.placesOf(root, found).values()].flat();
    expect(at.map((place) => place.join('.'))).toEqual(places);
  });

  it('visits what is shared once, and tells all its places', () => {
    const shared = { list: [book] };
    const tree = { a: [shared, shared, { list: [film] }] };
    const sharedObjects = new SharedObjects();
    sharedObjects.add(shared);
    const path = parseFlattenPath(['a', '@', 'list', '@'], types);
    const found: Data[] = [];
    for (const _again of [1, 2]) {
      path.visit({ root: tree, shared: sharedObjects }, (object) => found.push(object));
    }
    expect(found).toEqual([book, film, book, film]);
    expect(path.placesOf(tree, [book]).get(book)).toEqual([
      ['a', 0, 'list', 0],
      ['a', 1, 'list', 0],
    ]);
  });
});

describe('a representation', () => {
  const name = (key: string, selections?: object[]) => ({ kind: 'Field', name: key, selections }) as never;
  const on = (typeCondition: string, ...keys: unknown[]) =>
    ({ kind: 'InlineFragment', typeCondition, selections: keys }) as never;
  const all = [
    on('Book', name('__typename'), name('id')),
    on('Media', name('isbn')),
    on('Book', name('parts', [name('n')])),
  ];

  it.each([
    [
      'all fragments for its type',
      { __typename: 'Book', id: 'x"', isbn: 1, parts: [{ n: 1 }, null, { n: 2 }] },
      '{"__typename":"Book","id":"x\\"","isbn":1,"parts":[{"n":1},null,{"n":2}]}',
    ],
    [
      'nulls',
      { __typename: 'Book', id: 'x', isbn: null, parts: null },
      '{"__typename":"Book","id":"x","isbn":null,"parts":null}',
    ],
    ['nothing while a part is missing', { __typename: 'Book', id: 'x', parts: [] }, ''],
    ['nothing while a part of a part is missing', { __typename: 'Book', id: 'x', isbn: 1, parts: [{}] }, ''],
    ['nothing without a key', { __typename: 'Book', id: null, isbn: null, parts: null }, ''],
    ['nothing for other types', { __typename: 'Nothing', id: 'x' }, null],
  ])('has %s', (_, entity, text) => {
    expect(compileRepresentation(all, [], types)(entity)).toBe(text);
  });

  it('is rewritten by type and path', () => {
    const rewrites: DataRewrite[] = [
      { kind: 'ValueSetter', path: ['... on Book', '__typename'], setValueTo: 'Media' },
      { kind: 'KeyRenamer', path: ['isbn__alias_0'], renameKeyTo: 'isbn' },
      { kind: 'KeyRenamer', path: ['... on Film', 'id'], renameKeyTo: 'other' },
      { kind: 'KeyRenamer', path: ['parts', 'n'], renameKeyTo: 'number' },
    ];
    const selections = [on('Media', name('__typename'), name('id'), name('isbn__alias_0'), name('parts', [name('n')]))];
    const represent = compileRepresentation(selections, rewrites, types);
    expect(represent({ __typename: 'Book', id: 'x', isbn__alias_0: 0, parts: [{ n: 1 }] })).toBe(
      '{"__typename":"Media","id":"x","isbn":0,"parts":[{"number":1}]}',
    );
  });
});

describe('output rewrites', () => {
  const rewrites = compileOutputRewrites(
    [
      { kind: 'KeyRenamer', path: ['... on Book', 'name__alias_0'], renameKeyTo: 'name' },
      { kind: 'KeyRenamer', path: ['list', 'x'], renameKeyTo: 'y' },
      { kind: 'ValueSetter', path: ['list', '__typename'], setValueTo: 'Film' },
    ],
    types,
  );

  it('touch nothing but what a subgraph sent, whatever it is called', () => {
    const hostile = compileOutputRewrites(
      [
        { kind: 'ValueSetter', path: ['__proto__', 'polluted'], setValueTo: 'yes' },
        { kind: 'KeyRenamer', path: ['constructor'], renameKeyTo: 'made' },
        { kind: 'KeyRenamer', path: ['x'], renameKeyTo: '__proto__' },
      ],
      types,
    );
    const answer: Data = { x: { polluted: 'no' } };
    hostile.apply(answer);
    expect(({} as Data).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(answer)).toBe(Object.prototype);
    expect(JSON.stringify(answer)).toBe('{"__proto__":{"polluted":"no"}}');
  });

  it('rename and set what a subgraph sent', () => {
    const answer = { __typename: 'Book', name__alias_0: false, list: [{ x: 1 }, null, { x: 2 }] };
    rewrites.apply(answer);
    expect(answer).toEqual({
      __typename: 'Book',
      name: false,
      list: [{ __typename: 'Film', y: 1 }, null, { __typename: 'Film', y: 2 }],
    });
  });

  it('leave alone what is of another type', () => {
    const answer = { __typename: 'Film', name__alias_0: 'n' };
    rewrites.apply(answer);
    expect(answer).toEqual({ __typename: 'Film', name__alias_0: 'n' });
  });

  it.each([
    [['name__alias_0'], ['name']],
    [
      ['list', 3, 'x', 0],
      ['list', 3, 'y', 0],
    ],
    [['x'], ['x']],
  ])('tell where an error is: %j', (path, after) => {
    expect(rewrites.pathAfter(path)).toEqual(after);
  });
});
