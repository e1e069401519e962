import { describe, expect, it } from '@jest/globals';
import { buildSchema, Kind, type OperationDefinitionNode, parse, print, type SelectionSetNode } from 'graphql';
import { completeValue, fillIn } from './complete-value.ts';

const schema = buildSchema(`
  type Query { lamp: Lamp }
  type Subscription { lampOn: LampOn! }
  type LampOn { at: String! lamp: Lamp! others: [Lamp!] power: Power place: Place }
  type Lamp { id: ID! name: String room: Room }
  type Room { id: ID! name: String }
  type Power { watts: Int volts: Int }
  union Place = Lamp | Room
`);

const operationOf = (text: string) => parse(text).definitions[0] as OperationDefinitionNode;
const keys = new Map<string, SelectionSetNode[]>([['Lamp', [operationOf('{ id }').selectionSet]]]);

function complete(selection: string, value: unknown, variables: Record<string, unknown> = {}) {
  const type = schema.getSubscriptionType();
  if (!type) throw new Error('no subscriptions');
  const document = parse(`subscription ($yes: Boolean = true) { lampOn ${selection} }
    fragment Named on Lamp { name }`);
  const fragments = new Map(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  const { selectionSet } = document.definitions[0] as OperationDefinitionNode;
  const { data, parts, unknown } = completeValue(
    { schema, keys, fragments, variables },
    type,
    { lampOn: value },
    selectionSet,
  );
  return {
    data: data.lampOn,
    asked: parts.map(({ path, representation, selections }) => [path.join('.'), representation, selections.map(print)]),
    unknown: unknown.map(print),
  };
}

describe('an event’s value', () => {
  it('answers what it holds under the client’s names', () => {
    const value = { at: 'now', lamp: { id: 'l1', name: 'Desk' } };
    expect(complete('{ when: at lamp { __typename id name } }', value)).toEqual({
      data: { when: 'now', lamp: { __typename: 'Lamp', id: 'l1', name: 'Desk' } },
      asked: [],
      unknown: [],
    });
  });

  it('leaves the rest of an entity to its subgraph, the nearest entity to the gap', () => {
    const { asked } = complete('{ lamp { id ...Named room { id name } } }', { lamp: { id: 'l1', room: { id: 'r1' } } });
    expect(asked).toEqual([['lampOn.lamp', { __typename: 'Lamp', id: 'l1' }, ['name', 'room {\n  name\n}']]]);
  });

  it('asks for each entity of a list', () => {
    const { asked } = complete('{ others { name } }', { others: [{ id: 'l1' }, { id: 'l2', name: 'Hall' }] });
    expect(asked).toEqual([['lampOn.others.0', { __typename: 'Lamp', id: 'l1' }, ['name']]]);
  });

  it('tells what nobody can say', () => {
    expect(complete('{ at power { watts volts } }', { at: 'now', power: { watts: 5 } })).toEqual({
      data: { at: 'now', power: { watts: 5 } },
      asked: [],
      unknown: ['lampOn {\n  power {\n    volts\n  }\n}'],
    });
  });

  it('leaves out what the client skips, and follows the type it names', () => {
    const value = { place: { __typename: 'Lamp', id: 'l1' } };
    const selection = '{ at @skip(if: $yes) place { ... on Room { name } ... on Lamp { id } } }';
    expect(complete(selection, value, { yes: true })).toEqual({
      data: { place: { id: 'l1' } },
      asked: [],
      unknown: [],
    });
  });
});

it('never overwrites what was true when the event happened', () => {
  const target = { id: 'l1', name: 'Then', room: { name: 'Hall' }, tags: [{ a: 1 }] };
  fillIn(target, { name: 'Now', lit: true, room: { name: 'Attic', floor: 3 }, tags: [{ a: 2, b: 2 }] });
  expect(target).toEqual({
    id: 'l1',
    name: 'Then',
    lit: true,
    room: { name: 'Hall', floor: 3 },
    tags: [{ a: 1, b: 2 }],
  });
});
