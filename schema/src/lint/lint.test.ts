import { afterAll, describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { aRepository, removeRepositories } from '../../test/a-repository.ts';
import { compose } from '../composition/compose.ts';
import { lint } from './lint.ts';
import { type LintSettings, lintSettings } from './lint-settings.ts';

const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@authenticated", "@listSize", "@composeDirective"])';

/** Lamps in rooms: a schema nothing can be said against. */
const LAMPS = `${LINK}
  @link(url: "https://shopgraph.dev/eventStream/v1.0", import: ["@eventStream"])
  @composeDirective(name: "@eventStream")
directive @eventStream(stream: String!, subject: String!, value: String!, current: String, currentRequired: Boolean = false, audience: eventStream__Audience = VIEWER) on FIELD_DEFINITION
enum eventStream__Audience { PUBLIC VIEWER }
type Query {
  "One lamp."
  lamp("Which." id: ID!): Lamp
  "All lamps."
  lamps("How many." first: Int = 20, "From where." after: String): LampConnection!
}
type Mutation {
  "Switches a lamp."
  switchLamp(input: SwitchLampInput!): SwitchLampPayload! @authenticated
}
type Subscription {
  "A lamp was switched."
  lampSwitched("Which." lampId: ID!): LampSwitched!
    @eventStream(stream: "LAMP", subject: "lamp.switched.{args.lampId}", value: "{ lamp: { id: $lampId }, at: $at }", audience: PUBLIC)
  "What I have switched."
  lampOfMine("Which." lampId: ID!): Lamp
    @eventStream(stream: "LAMP", subject: "lamp.switched.{args.lampId}", value: "{ id: $lampId }", current: "lamp(id: {args.lampId})", currentRequired: true)
}
"It gives light."
type Lamp @key(fields: "id") {
  "Its name for programs."
  id: ID!
  "Whether it gives light now."
  state: LampState!
  "Where it hangs."
  room: Room
}
"What a lamp does."
enum LampState {
  "It gives light."
  ON
  "It does not."
  SWITCHED_OFF
}
"Where lamps hang."
type Room @key(fields: "id") {
  "Its name for programs."
  id: ID!
}
"A page of lamps."
type LampConnection {
  "The page."
  edges: [LampEdge!]!
  "Where it lies."
  pageInfo: PageInfo!
}
"A lamp and its place."
type LampEdge {
  "Its place."
  cursor: String!
  "The lamp."
  node: Lamp!
}
"Where a page lies."
type PageInfo {
  "Whether more follows."
  hasNextPage: Boolean!
}
"What to switch."
input SwitchLampInput {
  "Which lamp."
  lampId: ID!
}
"The lamp as it is now."
type SwitchLampPayload {
  "The lamp."
  lamp: Lamp
  "Why it was not switched."
  userErrors: [SwitchLampError!]!
}
"Why a lamp was not switched."
type SwitchLampError {
  "In words."
  message: String!
}
"A lamp was switched."
type LampSwitched {
  "The lamp."
  lamp: Lamp!
  "When."
  at: String!
}
`;

const ROOMS = `${LINK}
"Where lamps hang."
type Room @key(fields: "id") {
  "Its name for programs."
  id: ID!
  "What people call it."
  name: String!
}
`;

const SETTINGS: LintSettings = lintSettings.parse({
  events: { 'lamp.switched': { stream: 'LAMP', data: ['lampId', 'at'] } },
});

interface Given {
  lamps?: string;
  base?: string;
  settings?: Partial<LintSettings>;
}

function linted({ lamps = LAMPS, base, settings = {} }: Given) {
  const subgraphs = [
    { name: 'lamps', file: 'schema/subgraphs/lamps.graphql', url: 'http://127.0.0.1/lamps', sdl: lamps },
    { name: 'rooms', file: 'schema/subgraphs/rooms.graphql', url: 'http://127.0.0.1/rooms', sdl: ROOMS },
  ];
  return lint({
    subgraphs,
    api: compose(subgraphs).apiSchema,
    base: base === undefined ? null : buildSchema(base),
    settings: { ...SETTINGS, ...settings },
    today: '2026-06-01',
  });
}

/** The schema with one text in place of another. */
function but(before: string, after: string): string {
  expect(LAMPS).toContain(before);
  return LAMPS.replace(before, after);
}

const said = (given: Given) => linted(given).map(({ rule, message }) => `${rule}: ${message}`);

describe('lint', () => {
  it('has nothing to say of a schema that is well made', () => {
    expect(linted({})).toEqual([]);
  });

  it('says where it is written', () => {
    const [finding] = linted({ lamps: but('"Which lamp."\n', '\n') });
    const line = LAMPS.slice(0, LAMPS.indexOf('"Which lamp."')).split('\n').length + 1;
    expect(finding).toMatchObject({
      rule: 'descriptions',
      coordinate: 'SwitchLampInput.lampId',
      place: { file: 'schema/subgraphs/lamps.graphql', line, column: 3 },
    });
  });

  it.each([
    ['an enum value nobody explains', but('"It does not."', ''), /^descriptions: LampState.SWITCHED_OFF has no/],
    ['an argument nobody explains', but('"How many." ', ''), /^descriptions: Query.lamps\(first:\) has no/],
    ['an enum value like a field', LAMPS.replace('SWITCHED_OFF', 'off'), /^names: LampState.off .*LIKE_THIS/],
    ['a field like a type', but('state: LampState!', 'State: LampState!'), /^names: Lamp.State .*likeThis/],
    ['a type like a field', LAMPS.replaceAll('LampState', 'lampState'), /^names: lampState .*LikeThis/],
    [
      'an input type by another name',
      LAMPS.replaceAll('SwitchLampInput', 'LampInfo'),
      /names: LampInfo .*end in Input/,
    ],
    [
      'a page that cannot be turned',
      but(', "From where." after: String', ''),
      /^connections: Query.lamps .*`after: String`/,
    ],
    ['an edge without a cursor', but('"Its place."\n  cursor: String!', ''), /^connections: LampConnection .*cursor/],
    [
      'a page that does not say where it lies',
      but('"Where it lies."\n  pageInfo: PageInfo!', ''),
      /^connections: LampConnection .*pageInfo/,
    ],
    [
      'a mutation with loose arguments',
      but('switchLamp(input: SwitchLampInput!)', 'switchLamp("Which." lampId: ID!)'),
      /^mutation-shape: Mutation.switchLamp .*`input: SwitchLampInput!`/,
    ],
    [
      'a mutation that gives the thing itself',
      but('): SwitchLampPayload!', '): Lamp'),
      /^mutation-shape: .*`SwitchLampPayload!`/,
    ],
    [
      'a payload without errors',
      but('"Why it was not switched."\n  userErrors: [SwitchLampError!]!', ''),
      /^mutation-shape: .*userErrors/,
    ],
    [
      'a mutation without a guard',
      but('SwitchLampPayload! @authenticated', 'SwitchLampPayload!'),
      /^mutation-access: Mutation.switchLamp has no @auth.*schema.shop-schema.json/,
    ],
    [
      'another subgraph’s entity that cannot be null',
      but('room: Room', 'room: Room!'),
      /^nullable-edges: Lamp.room .*subgraph rooms/,
    ],
    [
      'a list without an end',
      but('lamp("Which." id: ID!): Lamp', 'lamp("Which." id: ID!): [Lamp]'),
      /^bounded-lists: Query.lamp /,
    ],
    [
      'a deprecation without a date',
      but('state: LampState!', 'state: LampState! @deprecated(reason: "Look at it.")'),
      /^deprecations: Lamp.state .*remove after/,
    ],
    [
      'a deprecation until a day there is not',
      but('state: LampState!', 'state: LampState! @deprecated(reason: "Remove after 2026-02-31.")'),
      /^deprecations: /,
    ],
    [
      'a deprecation that is over',
      but('state: LampState!', 'state: LampState! @deprecated(reason: "Remove after 2026-05-31.")'),
      /^deprecations: Lamp.state was to be removed after 2026-05-31/,
    ],
    [
      'an event nobody knows',
      but('subject: "lamp.switched.', 'subject: "lamp.painted.'),
      /^event-streams: .*lint.events of schema.shop-schema.json knows no event lamp.painted/,
    ],
    ['another stream', but('stream: "LAMP"', 'stream: "ROOM"'), /^event-streams: .*by the stream LAMP, not by ROOM/],
    [
      'an argument in the subject that is not taken',
      but('{args.lampId}", value', '{args.id}", value'),
      /^event-streams: .*the argument id/,
    ],
    [
      'a template that means nothing',
      but('{args.lampId}", value', '{room.id}", value'),
      /^event-streams: .*\{room.id\}/,
    ],
    [
      'a value the event does not have',
      but('at: $at', 'at: $when'),
      /^event-streams: .*\$when, and lamp.switched has lampId, at/,
    ],
    ['a value that is no literal', but('at: $at }', 'at: $at'), /^event-streams: .*no.* literal/],
    ['a value that lacks a field of what is no entity', but(', at: $at', ''), /^event-streams: .*lacks at/],
    [
      'a value that lacks the key of an entity',
      but('lamp: { id: $lampId }', 'lamp: { state: ON }'),
      /^event-streams: .*lamp in its value lacks a key of Lamp/,
    ],
    [
      'a value with a field there is not',
      but('lamp: { id: $lampId }', 'lamp: { id: $lampId, colour: RED }'),
      /^event-streams: .*lamp.colour in its value is no field/,
    ],
    [
      'a current state of something else',
      but('current: "lamp(id: {args.lampId})"', 'current: "lamps"'),
      /^event-streams: .*Query.lamps gives LampConnection!/,
    ],
    [
      'a current state that cannot be asked for',
      but('current: "lamp(id: {args.lampId})"', 'current: "lamp(name: {args.lampId})"'),
      /^event-streams: .*Unknown argument "name"/,
    ],
    [
      'a current state that is no field',
      but('current: "lamp(id: {args.lampId})"', 'current: "lamp(id:"'),
      /^event-streams: .*not one field of Query/,
    ],
    [
      'a viewer’s events that anybody may hear',
      but(', currentRequired: true', ''),
      /^event-streams: Subscription.lampOfMine: .*others from listening/,
    ],
    [
      'everybody’s events that name the viewer',
      but('{args.lampId}", value: "{ lamp', '{viewer.id}", value: "{ lamp'),
      /^event-streams: .*audience: PUBLIC/,
    ],
  ])('finds %s', (_what, lamps, message) => {
    expect(said({ lamps })).toContainEqual(expect.stringMatching(message));
  });

  it('takes the word of the settings on what everybody may do, while there is such a mutation', () => {
    const lamps = but('SwitchLampPayload! @authenticated', 'SwitchLampPayload!');
    expect(said({ lamps, settings: { publicMutations: ['switchLamp'] } })).toEqual([]);
    expect(said({ settings: { publicMutations: ['switchLamp'] } })).toEqual([expect.stringContaining('at once')]);
    expect(said({ settings: { publicMutations: ['breakLamp'] } })).toEqual([
      expect.stringContaining('no such mutation'),
    ]);
  });

  it('is silent on what the settings allow, and says when an exception is not needed any more', () => {
    const lamps = but('room: Room', 'room: Room!');
    const allowing = (rule: string, ...coordinates: string[]) => ({
      allow: [{ rule, coordinates, reason: 'Every lamp hangs in a room.' }],
    });
    expect(said({ lamps, settings: allowing('nullable-edges', 'Lamp.room') })).toEqual([]);
    expect(said({ lamps, settings: allowing('nullable-edges', 'Lamp.*') })).toEqual([]);
    expect(said({ lamps, settings: allowing('nullable-edges', 'Lamp.roo') })).toHaveLength(2);
    expect(said({ settings: allowing('nullable-edges', 'Lamp.room') })).toEqual([
      expect.stringContaining('take it out of lint.allow'),
    ]);
    expect(said({ settings: allowing('nulable-edges', 'Lamp.room') })).toEqual([
      expect.stringContaining('there are descriptions, names'),
    ]);
  });

  it('knows directives by whatever names a subgraph has for them', () => {
    const lamps = LAMPS.replace('"@key"', '{ name: "@key", as: "@entity" }')
      .replaceAll('@key(', '@entity(')
      .replace('"@authenticated"', '{ name: "@authenticated", as: "@signedIn" }')
      .replace('SwitchLampPayload! @authenticated', 'SwitchLampPayload! @signedIn');
    expect(said({ lamps })).toEqual([]);
    expect(said({ lamps: lamps.replace('room: Room', 'room: Room!') })).toEqual([
      expect.stringContaining('Lamp.room cannot be null, and Room comes from the subgraph rooms'),
    ]);
  });

  it('takes an exception by the letter, whatever signs are in it', () => {
    const allow = [{ rule: 'nullable-edges', coordinates: ['Lamp[(room+'], reason: 'Every lamp hangs in a room.' }];
    expect(said({ settings: { allow } })).toEqual([expect.stringContaining('take it out of lint.allow')]);
  });

  it('keeps the shop to the dates it has told clients of', () => {
    const before = (state: string) =>
      `type Query { lamp(id: ID!): Lamp } type Lamp { id: ID! room: Room ${state} } type Room { id: ID! name: String! }`;
    const colour = (reason: string) => ({ base: before(`colour: String @deprecated(reason: "${reason}")`) });
    expect(linted(colour('Remove after 2026-06-02.'))).toMatchObject([
      { rule: 'removals', level: 'error', coordinate: 'Lamp.colour' },
    ]);
    expect(linted(colour('Remove after 2026-05-31.'))).toEqual([]);
    expect(linted({ base: before('colour: String') })).toMatchObject([
      { rule: 'removals', level: 'warning', coordinate: 'Lamp.colour' },
    ]);
  });
});

describe('shop-schema lint', () => {
  afterAll(removeRepositories);

  it('fails for a broken rule, and not for a repository without any', async () => {
    const settings = (lint: object) =>
      JSON.stringify({
        subgraphs: { lamps: { url: 'http://127.0.0.1/lamps' }, rooms: { url: 'http://127.0.0.1/rooms' } },
        lint,
      });
    const repository = await aRepository({
      'schema/shop-schema.json': settings({ events: SETTINGS.events }),
      'schema/subgraphs/lamps.graphql': LAMPS,
      'schema/subgraphs/rooms.graphql': ROOMS,
    });
    expect(await repository.run('lint')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Nothing breaks a rule.'),
    });
    await repository.write({ 'schema/shop-schema.json': settings({}) });
    expect(await repository.run('lint', '--format', 'github')).toMatchObject({
      code: 1,
      out: expect.stringContaining('::error file=schema/subgraphs/lamps.graphql,line='),
    });
    await repository.write({
      'schema/shop-schema.json': settings({ allow: [{ rule: 'names', coordinates: ['X'], reason: '' }] }),
    });
    expect(await repository.run('lint')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/lint\.allow\.0\.reason/),
    });
  });
});
