import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, startTestServers, type TestServers, type TestTokens, testTokens } from '@shop/testkit';
import { type Archive, startArchive } from './guards/archive.ts';
import { type BookStream, openStream, subscribe } from './library/events.ts';

describe.each(['shopgraph', 'apollo'])('with the engine %s', (ENGINE) => {
  let tokens: TestTokens;
  let servers: TestServers;
  let stream: BookStream;
  let archive: Archive;
  beforeAll(async () => {
    tokens = await testTokens();
    servers = await startTestServers({ nats: true });
    stream = await openStream(servers.nats.url);
    await stream.create();
    archive = await startArchive(
      { JWKS_URL: tokens.jwksUrl, NATS_URL: servers.nats.url, ENGINE },
      { decidePolicies: async (policies, { viewerId }) => (viewerId === 'reader' ? policies : []) },
    );
  });
  afterAll(async () => {
    await archive.close();
    await tokens.close();
    await stream.close();
    await servers.close();
  });

  const signedIn = async (scope = '', userId = 'u1') => archive.client(await tokens.mint({ userId, scope }));

  describe('a field that demands more than the viewer has', () => {
    it('is null with an error at its path, and no subgraph is asked for it', async () => {
      archive.files.requests.length = 0;
      archive.people.requests.length = 0;
      const { data, errors } = await archive.client().query('{ secret files(first: 2) { title owner } }');
      expect(data).toEqual({
        secret: null,
        files: [
          { title: 'File 1', owner: null },
          { title: 'File 2', owner: null },
        ],
      });
      expect(errors).toEqual(
        [['secret'], ['files', 0, 'owner'], ['files', 1, 'owner']].map((path) => ({
          message: 'Sign in to read this.',
          path,
          extensions: { code: 'UNAUTHENTICATED' },
        })),
      );
      expect(JSON.stringify(archive.files.requests)).not.toContain('secret');
      expect(archive.people.requests).toEqual([]);
    });

    it('is forbidden to somebody who is known', async () => {
      const { data, errors } = await (await signedIn()).query('{ secret file(id: 1) { owner code } }');
      expect(data).toEqual({ secret: 'a secret', file: { owner: null, code: 'code-1' } });
      expect(errors).toMatchObject([{ path: ['file', 'owner'], extensions: { code: 'FORBIDDEN' } }]);
    });

    it('that was promised not to be null nulls what it is in', async () => {
      const { data, errors } = await archive.client().query('{ file(id: 1) { id code } secret }');
      expect(data).toEqual({ file: null, secret: null });
      expect(errors?.map(({ path }) => path)).toEqual([['file', 'code'], ['secret']]);
    });

    it('of Mutation does not happen', async () => {
      archive.files.requests.length = 0;
      const both = 'mutation { shred(id: 1) copy(id: 1) { id } }';
      expect((await (await signedIn()).query(both)).data).toEqual({ shred: null, copy: { id: '1' } });
      expect(JSON.stringify(archive.files.requests)).not.toContain('shred');
      expect((await (await signedIn('other shred')).query(both)).data).toEqual({ shred: true, copy: { id: '1' } });
    });

    it('can be all there is', async () => {
      archive.files.requests.length = 0;
      expect((await archive.client().query('{ secret }')).data).toEqual({ secret: null });
      expect((await archive.client().query('mutation { shred(id: 1) }')).data).toEqual({ shred: null });
      expect(archive.files.requests).toEqual([]);
    });

    it('is there for everyone who has it, whoever asked before', async () => {
      const query = '{ file(id: 1) { owner readers } }';
      const read = async (scope?: string) =>
        (await (scope === undefined ? archive.client() : await signedIn(scope)).query(query)).data;
      const [allowed, refused] = [
        { owner: 'Ada', readers: ['Bob'] },
        { owner: null, readers: ['Bob'] },
      ];
      for (const _ of [1, 2]) {
        expect(await read('people')).toEqual({ file: allowed });
        expect(await read()).toEqual({ file: refused });
      }
    });

    it('by a policy is decided by the gateway’s own function', async () => {
      const query = '{ file(id: 1) { rule } }';
      expect((await (await signedIn('', 'reader')).query(query)).data).toEqual({ file: { rule: 'rule' } });
      expect((await (await signedIn('', 'writer')).query(query)).errors).toMatchObject([
        { path: ['file', 'rule'], extensions: { code: 'FORBIDDEN' } },
      ]);
    });

    it('is null in every answer of a subscription', async () => {
      const subscriber = subscribe(archive.gateway.url, 'subscription { filed(id: 1) { title owner code } }');
      const others = subscribe(archive.gateway.url, 'subscription { filed(id: 1) { title owner } }');
      await eventually(async () => expect(await archive.metric(/^gateway_subscriptions_open/)).toBe(2));
      for (const _ of [1, 2]) await stream.publish('book.filed.1', { id: '1' });
      await eventually(() => expect(others.results).toHaveLength(2));
      await eventually(() => expect(subscriber.results).toHaveLength(2));
      const refused = { path: ['filed', 'owner'], extensions: { code: 'UNAUTHENTICATED' } };
      expect(others.results).toMatchObject(
        [1, 2].map(() => ({ data: { filed: { title: 'File 1', owner: null } }, errors: [refused] })),
      );
      expect(subscriber.results).toMatchObject([1, 2].map(() => ({ data: { filed: null } })));
      subscriber.leave();
      others.leave();
      await eventually(async () => expect(await archive.metric(/^gateway_subscriptions_open/)).toBe(0));
      await Promise.all([subscriber.client.dispose(), others.client.dispose()]);
    });

    it('is nothing that can be subscribed to', async () => {
      const subscriber = subscribe(archive.gateway.url, 'subscription { secretlyFiled { title } }');
      await eventually(() =>
        expect(subscriber.errors).toMatchObject([
          [{ path: ['secretlyFiled'], extensions: { code: 'UNAUTHENTICATED' } }],
        ]),
      );
      await subscriber.client.dispose();
    });

    it('is refused over a WebSocket too', async () => {
      const subscriber = subscribe(archive.gateway.url, '{ secret file(id: 1) { title } }');
      await eventually(() => expect(subscriber.results).toHaveLength(1));
      expect(subscriber.results).toMatchObject([
        { data: { secret: null, file: { title: 'File 1' } }, errors: [{ path: ['secret'] }] },
      ]);
      await subscriber.client.dispose();
    });
  });
});
