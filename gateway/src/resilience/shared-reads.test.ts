import { describe, expect, it } from '@jest/globals';
import type { Errand } from './careful-sender.ts';
import type { Received } from './exchange.ts';
import { shareReads } from './shared-reads.ts';

function aServer() {
  const answers: ((received: Received) => void)[] = [];
  const sent: Errand['sending'][] = [];
  const send = shareReads(({ sending }) => {
    sent.push(sending);
    return new Promise((resolve) => answers.push(resolve));
  });
  const ask = (body: string, { authorization = '', isRead = true } = {}) => {
    const headers = {
      'x-forwarded-for': '203.0.113.7',
      'idempotency-key': 'k',
      ...(authorization && { authorization }),
    };
    const errand: Errand = { sending: { path: '/', headers, body }, isRead, endsAt: 0, departure: undefined };
    return send(errand);
  };
  const answer = (index: number, text: string) => answers[index]?.({ status: 200, text });
  return { answers, sent, ask, answer };
}

describe('shared reads', () => {
  it('have one answer for those who ask the same before it is there', async () => {
    const { answers, ask, answer } = aServer();
    const both = [ask('a'), ask('a')];
    answer(0, 'A');
    expect((await Promise.all(both)).map(({ text }) => text)).toEqual(['A', 'A']);
    void ask('a');
    expect(answers).toHaveLength(2);
  });

  it('are never those of another viewer', () => {
    const { answers, ask } = aServer();
    for (const authorization of ['', 'Bearer one', 'Bearer two']) void ask('a', { authorization });
    expect(answers).toHaveLength(3);
  });

  it('say of nobody that it asked, but for the viewer', () => {
    const { sent, ask } = aServer();
    void ask('a', { authorization: 'Bearer one' });
    void ask('w', { isRead: false });
    expect(sent.map(({ headers }) => headers)).toEqual([
      { authorization: 'Bearer one' },
      { 'x-forwarded-for': '203.0.113.7', 'idempotency-key': 'k' },
    ]);
  });

  it('are no writes', () => {
    const { answers, ask } = aServer();
    for (let i = 0; i < 2; i += 1) void ask('a', { isRead: false });
    expect(answers).toHaveLength(2);
  });

  it('do not tell after a write what was so before it', async () => {
    const { answers, ask, answer } = aServer();
    const before = ask('a');
    const write = ask('w', { isRead: false });
    answer(1, 'done');
    await write;
    const after = ask('a');
    expect(answers).toHaveLength(3);
    answer(0, 'old');
    await before;
    void ask('a');
    expect(answers).toHaveLength(3);
    answer(2, 'new');
    expect((await after).text).toBe('new');
  });
});
