import { afterEach, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type Library, startLibrary } from './library/start-library.ts';

let library: Library;
afterEach(() => library.close());

const ASK = '{ book(id: "b1") { title } }';
const SAID = { 'x-forwarded-for': '6.6.6.6, 203.0.113.1' };

/** What the subgraph is told of where the last operation came from. */
const told = () => library.books.requests.at(-1)?.headers['x-forwarded-for'];

async function askOverASocket(): Promise<void> {
  class ProxiedSocket extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, { headers: SAID });
    }
  }
  const client = createClient({ url: library.gateway.url.replace('http', 'ws'), webSocketImpl: ProxiedSocket });
  try {
    for await (const { data } of client.iterate({ query: ASK })) expect(data).toEqual({ book: { title: 'Emma' } });
  } finally {
    await client.dispose();
  }
}

describe.each([
  ['over HTTP', () => library.client().query(ASK, {}, SAID)],
  ['over a WebSocket', askOverASocket],
])('a subgraph is told, of an operation that came %s,', (_, ask) => {
  it('whom the gateway was connected with, whatever that client said', async () => {
    library = await startLibrary();
    await ask();
    expect(told()).toBe('127.0.0.1');
  });

  it('whom a trusted proxy was connected with, and nothing that client said', async () => {
    library = await startLibrary({ TRUSTED_PROXIES: '127.0.0.0/8' });
    await ask();
    expect(told()).toBe('203.0.113.1');
  });
});
