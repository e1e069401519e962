import { expect, it } from '@jest/globals';
import { fromHivePlan } from './from-hive-plan.ts';

const requires = (...selections: { kind: 'Field'; name: string; alias?: string }[]) => [
  { kind: 'InlineFragment' as const, typeCondition: 'A', selections },
];
const ofA = (...names: string[]) => requires(...names.map((name) => ({ kind: 'Field' as const, name })));

it('parts what was joined into one document, each part with its own variables and fragments', () => {
  const plan = fromHivePlan({
    kind: 'QueryPlan',
    node: {
      kind: 'BatchFetch',
      serviceName: 's',
      operationKind: 'query',
      variableUsages: ['n', 'm'],
      operation: `query ($r0: [_Any!]!, $r1: [_Any!]!, $n: Int, $m: Int = 2) {
        _e0: _entities(representations: $r0) { ... on A { x(n: $n) ...f } }
        _e1: _entities(representations: $r1) { ... on A { y(m: $m) } }
      } fragment f on A { z }`,
      entityBatch: {
        aliases: [
          {
            alias: '_e0',
            representationsVariableName: 'r0',
            paths: [[{ Field: 'as' }, '@'], [{ Field: 'other' }]],
            requires: ofA('id'),
          },
          {
            alias: '_e1',
            representationsVariableName: 'r1',
            paths: [[{ Field: 'as' }, '@']],
            requires: ofA('id', 'b'),
          },
        ],
      },
    },
  });
  const x = {
    kind: 'Fetch',
    serviceName: 's',
    operationKind: 'query',
    operation:
      'query($representations:[_Any!]!$n:Int){_entities(representations:$representations){...on A{x(n:$n)...f}}}fragment f on A{z}',
    variableUsages: ['n'],
    requires: ofA('id'),
  };
  const y = {
    ...x,
    operation:
      'query($representations:[_Any!]!$m:Int=2){_entities(representations:$representations){...on A{y(m:$m)}}}',
    variableUsages: ['m'],
    requires: ofA('id', 'b'),
  };
  expect(plan.node).toEqual({
    kind: 'Parallel',
    nodes: [
      { kind: 'Flatten', path: ['as', '@'], node: x },
      { kind: 'Flatten', path: ['other'], node: x },
      { kind: 'Flatten', path: ['as', '@'], node: y },
    ],
  });
});

it('sends a value under the name its subgraph knows when it was fetched under another', () => {
  const plan = fromHivePlan({
    kind: 'QueryPlan',
    node: {
      kind: 'Fetch',
      serviceName: 's',
      operation: '{ a }',
      requires: requires({ kind: 'Field', name: 'made_up', alias: 'wanted' }),
      inputRewrites: [{ ValueSetter: { path: [{ TypenameEquals: ['A'] }, { Key: '__typename' }], setValueTo: 'I' } }],
      outputRewrites: [{ KeyRenamer: { path: [{ Key: 'a' }, { Key: 'b' }], renameKeyTo: 'c' } }],
    },
  });
  expect(plan.node).toMatchObject({
    requires: requires({ kind: 'Field', name: 'made_up' }),
    inputRewrites: [
      { kind: 'KeyRenamer', path: ['... on A', 'made_up'], renameKeyTo: 'wanted' },
      { kind: 'ValueSetter', path: ['... on A', '__typename'], setValueTo: 'I' },
    ],
    outputRewrites: [{ kind: 'KeyRenamer', path: ['a', 'b'], renameKeyTo: 'c' }],
  });
});

it('writes conditions on types into paths, but those on the root, which always hold', () => {
  const node = { kind: 'Fetch', serviceName: 's', operation: '{ a }' } as const;
  const path = [
    { TypeCondition: ['Query'] },
    { Field: 'a' },
    '@' as const,
    { TypeCondition: ['A', 'B'] },
    { Field: 'b' },
  ];
  const plan = fromHivePlan({ kind: 'QueryPlan', node: { kind: 'Flatten', path, node } });
  expect(plan.node).toMatchObject({ kind: 'Flatten', path: ['a', '@|[A,B]', 'b'] });
  const root = fromHivePlan({ kind: 'QueryPlan', node: { kind: 'Flatten', path: path.slice(0, 1), node } });
  expect(root.node).toMatchObject({ kind: 'Fetch' });
});
