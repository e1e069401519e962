import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { CircuitBreaker } from './circuit-breaker.ts';
import { resilienceOf, resilienceSettings } from './resilience-settings.ts';

const OPEN_MS = 1_000;

function aBreaker() {
  const turns: string[] = [];
  const settings = { failurePercent: 50, minimumRequests: 4, openMs: OPEN_MS };
  const breaker = new CircuitBreaker(settings, (state) => turns.push(state));
  const send = (outcome: 'succeeded' | 'failed' | 'unknown', now = 0) => {
    const ticket = breaker.admit(now);
    if (ticket !== null) breaker.settle(ticket, outcome, now);
    return ticket !== null;
  };
  return { breaker, send, turns };
}

function anOpenBreaker() {
  const all = aBreaker();
  for (let i = 0; i < 4; i += 1) all.send('failed');
  return all;
}

describe('a circuit breaker', () => {
  it('lets all through while few fail', () => {
    const { breaker, send } = aBreaker();
    for (let i = 0; i < 100; i += 1) expect(send(i % 3 === 2 ? 'failed' : 'succeeded', i)).toBe(true);
    expect(breaker.state).toBe('closed');
  });

  it('says nothing on few requests', () => {
    const { breaker, send } = aBreaker();
    for (let i = 0; i < 3; i += 1) send('failed');
    expect(breaker.state).toBe('closed');
  });

  it('opens when too many of the last requests failed', () => {
    const { breaker, send } = anOpenBreaker();
    expect(breaker.state).toBe('open');
    expect(send('succeeded', OPEN_MS - 1)).toBe(false);
  });

  it.each([
    ['20', 'open'],
    ['60', 'closed'],
  ])('takes %s for too many where BREAKER_FAILURE_PERCENT says so', (percent, state) => {
    const env = { BREAKER_FAILURE_PERCENT: percent, BREAKER_MIN_REQUESTS: '4' };
    const breaker = new CircuitBreaker(resilienceOf(z.object(resilienceSettings).parse(env)).breaker);
    for (const outcome of ['succeeded', 'succeeded', 'failed', 'failed'] as const) {
      breaker.settle(breaker.admit(0) as number, outcome, 0);
    }
    expect(breaker.state).toBe(state);
  });

  it('forgets failures of long ago', () => {
    const { breaker, send } = aBreaker();
    for (let i = 0; i < 3; i += 1) send('failed');
    send('failed', 60_000);
    expect(breaker.state).toBe('closed');
  });

  it('lets one request try after a while, and all once it has succeeded', () => {
    const { breaker, send } = anOpenBreaker();
    const probe = breaker.admit(OPEN_MS);
    expect(probe).not.toBeNull();
    expect(send('succeeded', OPEN_MS)).toBe(false);
    breaker.settle(probe as number, 'succeeded', OPEN_MS + 1);
    expect(breaker.state).toBe('closed');
    expect(send('succeeded', OPEN_MS + 1)).toBe(true);
  });

  it('says when it opens and when it is closed again, and nothing of what is tried meanwhile', () => {
    const { send, turns } = anOpenBreaker();
    send('failed', OPEN_MS);
    send('unknown', 2 * OPEN_MS);
    expect(turns).toEqual(['open']);
    send('succeeded', 3 * OPEN_MS);
    expect(turns).toEqual(['open', 'closed']);
  });

  it('stays open for as long again when the try fails', () => {
    const { send } = anOpenBreaker();
    expect(send('failed', OPEN_MS)).toBe(true);
    expect(send('succeeded', 2 * OPEN_MS - 1)).toBe(false);
    expect(send('succeeded', 2 * OPEN_MS)).toBe(true);
  });

  it('lets another try when the one that did was given up', () => {
    const { send } = anOpenBreaker();
    expect(send('unknown', OPEN_MS)).toBe(true);
    expect(send('succeeded', OPEN_MS)).toBe(true);
  });

  it('learns nothing from requests of before it changed', () => {
    const { breaker, send } = aBreaker();
    const old = breaker.admit(0) as number;
    for (let i = 0; i < 4; i += 1) send('failed');
    breaker.settle(old, 'succeeded', 1);
    expect(breaker.state).toBe('open');
    send('succeeded', OPEN_MS);
    for (let i = 0; i < 10; i += 1) breaker.settle(old, 'failed', OPEN_MS);
    expect(breaker.state).toBe('closed');
  });
});
