import { describe, expect, it } from '@jest/globals';
import { eventually } from '@shop/testkit';
import type { Answers } from './subscriptions.ts';
import { type Begun, createTransport, type TransportHooks, type TransportSocket } from './transport-ws.ts';

/** `next` says when the client can take more after an answer. */
function aTransport({ next, ...hooks }: Partial<TransportHooks> & { next?: TransportSocket['next'] } = {}) {
  const sent: unknown[] = [];
  const closed: number[] = [];
  const socket = {
    send: (text: string) => void sent.push(JSON.parse(text)),
    next(id: string, answer: Buffer) {
      sent.push(JSON.parse(`{"id":${id},"type":"next","payload":${answer}`));
      return next?.(id, answer);
    },
    close: (code: number) => void closed.push(code),
  };
  const transport = createTransport(socket, {
    connect: async () => true,
    ping: async () => {},
    start: async () => ({ result: { data: { a: 1 } } }),
    tell: (error) => [{ message: String(error) }],
    maxOperations: 2,
    ...hooks,
  });
  const say = (message: object) => transport.message(JSON.stringify(message));
  return { transport, say, sent, closed };
}

const INIT = { type: 'connection_init' };
const subscribe = (id: string) => ({ id, type: 'subscribe', payload: { query: '{ a }' } });

describe('graphql-transport-ws', () => {
  it('answers a query and completes it', async () => {
    const { say, sent, transport } = aTransport();
    await say(INIT);
    await say(subscribe('1'));
    expect(sent).toEqual([
      { type: 'connection_ack' },
      { id: '1', type: 'next', payload: { data: { a: 1 } } },
      { id: '1', type: 'complete' },
    ]);
    transport.closed();
  });

  it('tells what refused an operation, and may be asked again under the same id', async () => {
    const { say, sent, transport } = aTransport({ start: async () => ({ refused: [{ message: 'no' }] }) });
    await say(INIT);
    await say(subscribe('1'));
    await say(subscribe('1'));
    const error = { id: '1', type: 'error', payload: [{ message: 'no' }] };
    expect(sent).toEqual([{ type: 'connection_ack' }, error, error]);
    transport.closed();
  });

  it('answers a ping, and gives no token back', async () => {
    const { say, sent, transport } = aTransport();
    await say({ type: 'ping', payload: { at: 1 } });
    await say({ type: 'ping', payload: { authorization: 'Bearer x' } });
    expect(sent).toEqual([{ type: 'pong', payload: { at: 1 } }, { type: 'pong' }]);
    transport.closed();
  });

  it.each<[string, object[], number]>([
    ['that asks before it is let in', [subscribe('1')], 4401],
    ['that comes in twice', [INIT, INIT], 4429],
    ['that says what only servers say', [INIT, { type: 'connection_ack' }], 4400],
    ['that says nothing known', [{ type: 'hello' }], 4400],
    ['that uses an id twice', [INIT, subscribe('1'), subscribe('1')], 4409],
    ['that has each answer begin with a long id', [INIT, subscribe('1'.repeat(257))], 4400],
  ])('closes a connection %s', async (_what, messages, code) => {
    const pending = new Promise<never>(() => {});
    const { say, closed, transport } = aTransport({ start: () => pending });
    for (const message of messages) {
      const said = say(message);
      if (!('id' in message)) await said;
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toEqual([code]);
    transport.closed();
  });

  it('takes an operation that was left before it began for another than the next one of its id', async () => {
    const begin: ((name: string) => void)[] = [];
    const left: string[] = [];
    const answersOf = (name: string) => {
      const end = { done: true as const, value: undefined };
      const answers: Answers = {
        tell: (taker) => void taker.take({ data: { name } }),
        next: async () => end,
        async return() {
          left.push(name);
          return end;
        },
        [Symbol.asyncIterator]: () => answers,
      };
      return { result: answers };
    };
    const start = () => new Promise<Begun>((resolve) => begin.push((name) => resolve(answersOf(name))));
    const { say, sent, transport } = aTransport({ start, next: () => new Promise<void>(() => {}) });
    await say(INIT);
    void say(subscribe('1'));
    await say({ id: '1', type: 'complete' });
    void say(subscribe('1'));
    begin[0]?.('the first');
    begin[1]?.('the second');
    await eventually(() => expect(sent).toContainEqual(expect.objectContaining({ type: 'next' })));
    expect(sent.slice(1)).toEqual([{ id: '1', type: 'next', payload: { data: { name: 'the second' } } }]);
    expect(left).toEqual(['the first']);
    transport.closed();
    await eventually(() => expect(left).toEqual(['the first', 'the second']));
  });

  it('closes a connection that may not come in', async () => {
    const { say, closed, transport } = aTransport({ connect: async () => false });
    await say(INIT);
    expect(closed).toEqual([4403]);
    transport.closed();
  });

  it('refuses more operations than one connection may have', async () => {
    const pending = new Promise<never>(() => {});
    const { say, sent, transport } = aTransport({ start: () => pending });
    await say(INIT);
    void say(subscribe('1'));
    void say(subscribe('2'));
    await say(subscribe('3'));
    expect(sent.at(-1)).toMatchObject({ id: '3', type: 'error' });
    transport.closed();
  });
});
