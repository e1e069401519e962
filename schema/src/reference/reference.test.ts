import { afterAll, describe, expect, it } from '@jest/globals';
import { aRepository, removeRepositories } from '../../test/a-repository.ts';

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated"])';
const LAMPS = `${LINK}
type Query {
  "All lamps | in order."
  lamps("How they are sorted." by: Order = NAME): [Lamp!]!
}
type Mutation {
  "Switches a lamp."
  switchLamp("Which." id: ID!): Lamp @authenticated
}
"It gives light."
type Lamp @key(fields: "id") {
  "Its name."
  id: ID!
  "What it was called."
  title: String @deprecated(reason: "Take id; remove after 2027-01-01.")
}
"How things are sorted."
enum Order {
  "By name."
  NAME
}
`;
const ROOMS = `${LINK}
type Lamp @key(fields: "id") {
  id: ID!
  "Where it hangs."
  room: String
}
`;
const FILES = { 'schema/subgraphs/lamps.graphql': LAMPS, 'schema/subgraphs/rooms.graphql': ROOMS };

describe('shop-schema reference', () => {
  afterAll(removeRepositories);

  it('says what there is, for whom, from where, and what is going to go', async () => {
    const { out } = await (await aRepository(FILES)).run('reference', '--out', '-');
    expect(out).toContain(`### Query.lamps

All lamps | in order.

Gives \\[[Lamp](#lamp)!\\]!. From lamps.

| argument | type | what it is |
| --- | --- | --- |
| \`by\` | [Order](#order) | How they are sorted. \`NAME\` without it. |`);
    expect(out).toContain('Gives [Lamp](#lamp). Wants a token. From lamps.');
    expect(out).toContain('From lamps, rooms.');
    expect(out).toContain('| `room` | String | Where it hangs. From rooms. |');
    expect(out).toContain(
      '| `title` | String | What it was called. **Deprecated:** Take id; remove after 2027-01-01. From lamps. |',
    );
    expect(out).toContain('| `NAME` | By name. |');
  });

  it('is written where the settings say, and seen when it is not what the subgraphs say any more', async () => {
    const subgraphs = { lamps: { url: 'http://127.0.0.1/lamps' }, rooms: { url: 'http://127.0.0.1/rooms' } };
    const settings = JSON.stringify({ subgraphs, reference: 'docs/schema.md' });
    const repository = await aRepository({ ...FILES, 'schema/shop-schema.json': settings });
    expect(await repository.run('print')).toMatchObject({ out: expect.stringContaining('wrote docs/schema.md') });
    expect(await repository.run('reference', '--check')).toMatchObject({ code: 0 });
    await repository.write({ 'docs/schema.md': 'Lamps are switched.' });
    expect(await repository.run('reference', '--check')).toMatchObject({ code: 1 });
    expect(await repository.run('check')).toMatchObject({
      code: 1,
      out: expect.stringContaining('docs/schema.md is not what the code says'),
    });
  });

  it('cannot be written without a place to go', async () => {
    expect(await (await aRepository(FILES)).run('reference')).toMatchObject({
      code: 2,
      err: expect.stringMatching(/--out <file>.*`reference`/),
    });
  });
});
