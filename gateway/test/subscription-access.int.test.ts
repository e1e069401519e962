import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startTestServers, type TestServers, type TestTokens, testTokens } from '@shop/testkit';
import { type Archive, startArchive } from './guards/archive.ts';
import { type BareSocket, openBareSocket } from './library/bare-socket.ts';
import { type BookStream, openStream } from './library/events.ts';
import { openSubscriptions } from './library/metrics.ts';

let servers: TestServers;
let tokens: TestTokens;
let stream: BookStream;
let archive: Archive;
let device: BareSocket;

beforeAll(async () => {
  servers = await startTestServers({ nats: true });
  tokens = await testTokens();
  stream = await openStream(servers.nats.url);
  await stream.create();
  archive = await startArchive({ JWKS_URL: tokens.jwksUrl, NATS_URL: servers.nats.url });
  const { url } = archive.gateway;
  await eventually(async () => expect((await fetch(url.replace('/graphql', '/readyz'))).status).toBe(200));
});
afterEach(async () => {
  device.socket.close();
  await openNow(0);
});
afterAll(async () => {
  await archive.close();
  await stream.close();
  await tokens.close();
  await servers.close();
});

const FILED = 'subscription { filed(id: 1) { title owner } }';
const OWN = 'subscription { ownFiled { title } }';
const WITH_OWNER = { data: { filed: { title: 'File 1', owner: 'Ada' } } };
const WITHOUT = {
  data: { filed: { title: 'File 1', owner: null } },
  errors: [{ path: ['filed', 'owner'], extensions: { code: 'FORBIDDEN' } }],
};

const openNow = (count: number) => eventually(async () => expect(await openSubscriptions(archive.gateway)).toBe(count));
const paramsWith = async (scope: string) => ({ authorization: `Bearer ${await tokens.mint({ userId: 'u1', scope })}` });
const answersTo = (id: string) =>
  device.said.map((text) => JSON.parse(text)).filter((message) => message.id === id && message.type === 'next');

/** Resolves when what is told of an event is as the token allows. */
async function toldAfterwards(expected: object): Promise<void> {
  await eventually(async () => {
    const before = answersTo('1').length;
    await stream.publish('book.filed.1', { id: '1' });
    await eventually(() => expect(answersTo('1').length).toBeGreaterThan(before));
    expect(answersTo('1').at(-1).payload).toMatchObject(expected);
  });
}

describe('a token that is renewed', () => {
  it('allows from then on what the new one allows, less or more', async () => {
    device = await openBareSocket(archive.gateway, await paramsWith('people'));
    device.subscribe('1', { query: FILED });
    await openNow(1);
    await toldAfterwards(WITH_OWNER);
    device.ping(await paramsWith(''));
    await toldAfterwards(WITHOUT);
    device.ping(await paramsWith('people'));
    await toldAfterwards(WITH_OWNER);
    expect(answersTo('1').at(-1).payload).not.toHaveProperty('errors');
    expect(device.closed).toEqual([]);
  });

  it('ends what it does not allow any more, and nothing else', async () => {
    device = await openBareSocket(archive.gateway, await paramsWith('people'));
    device.subscribe('1', { query: FILED });
    device.subscribe('2', { query: OWN });
    await openNow(2);
    device.ping(await paramsWith(''));
    await eventually(() => {
      const messages = device.said.map((text) => JSON.parse(text));
      const ended = { id: '2', type: 'error', payload: [{ path: ['ownFiled'], extensions: { code: 'FORBIDDEN' } }] };
      expect(messages.find(({ type }) => type === 'error')).toMatchObject(ended);
    });
    await openNow(1);
    await toldAfterwards(WITHOUT);
    expect(await archive.metric(/^gateway_subscriptions_ended_total\{.*code="FORBIDDEN"/)).toBe(1);
    expect(device.closed).toEqual([]);
  });

  it('is nothing another device of the same user has', async () => {
    device = await openBareSocket(archive.gateway, await paramsWith('people'));
    const other = await openBareSocket(archive.gateway, await paramsWith(''));
    device.subscribe('1', { query: OWN });
    other.subscribe('1', { query: OWN });
    await eventually(() => expect(other.said.at(-1)).toContain('FORBIDDEN'));
    await openNow(1);
    await stream.publish('book.filed.own', { id: '2' });
    await eventually(() =>
      expect(answersTo('1')).toMatchObject([{ payload: { data: { ownFiled: { title: 'File 2' } } } }]),
    );
    other.socket.close();
  });
});
