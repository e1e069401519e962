import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ServiceUnavailable, Unauthenticated } from '@shop/kernel';
import type { TokenVerifier } from '../guards/token-verifier.ts';
import type { RequestContext } from '../request-context.ts';
import { SocketViewer } from './socket-connection.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Reads tokens such as `ann 60`: whose it is, and for how many seconds from now. */
const verifier: TokenVerifier = {
  async verify(authorization = '') {
    const [viewerId = '', seconds] = authorization.split(' ');
    if (viewerId === 'unknown') throw new ServiceUnavailable('No keys.');
    if (Number.isNaN(Number(seconds))) throw new Unauthenticated();
    return { authorization, viewerId, scopes: [], expiresAt: new Date(Date.now() + Number(seconds) * 1_000) };
  },
};

async function entered(authorization: string) {
  const closed: number[] = [];
  const socket = { close: (code?: number) => void closed.push(code ?? 0) };
  const context: RequestContext = { token: null, client: { address: '', accept: undefined }, idempotencyKey: null };
  const renewals: unknown[] = [];
  const viewer = new SocketViewer(context, verifier, socket);
  const renew = async (payload: Record<string, unknown> | undefined) => {
    if (await viewer.renew(payload)) renewals.push(context.token?.authorization);
  };
  const isIn = await viewer.enter(authorization);
  return { renew, context, closed, renewals, isIn, leave: () => viewer.leave() };
}

describe('whose socket it is', () => {
  it('is known until the token expires', async () => {
    const { closed, isIn } = await entered('ann 60');
    expect(isIn).toBe(true);
    jest.advanceTimersByTime(59_999);
    expect(closed).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(closed).toEqual([4403]);
  });

  it('is known for longer with a newer token', async () => {
    const { renew, closed, renewals } = await entered('ann 60');
    await renew({ authorization: 'ann 120' });
    expect(renewals).toEqual(['ann 120']);
    jest.advanceTimersByTime(119_999);
    expect(closed).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(closed).toEqual([4403]);
  });

  it('is known for less with a token that says so', async () => {
    const { renew, closed } = await entered('ann 60');
    await renew({ authorization: 'ann 30' });
    jest.advanceTimersByTime(30_000);
    expect(closed).toEqual([4403]);
  });

  it.each([['bob 60'], ['nonsense']])('is not to be changed by %s', async (authorization) => {
    const { renew, context, closed, renewals } = await entered('ann 60');
    await renew({ authorization });
    expect([closed, renewals]).toEqual([[4403], []]);
    expect(context.token?.viewerId).toBe('ann');
  });

  it('is as it was where a newer token cannot be verified, or none is brought', async () => {
    const { renew, context, closed, renewals } = await entered('ann 60');
    await renew({ authorization: 'unknown 60' });
    await renew({});
    await renew(undefined);
    expect([closed, renewals]).toEqual([[], []]);
    expect(context.token?.authorization).toBe('ann 60');
  });

  it('is nobody’s for a token that is none', async () => {
    expect((await entered('nonsense')).isIn).toBe(false);
  });

  it('keeps no timer once the socket is closed', async () => {
    const { leave } = await entered('ann 60');
    leave();
    expect(jest.getTimerCount()).toBe(0);
  });
});
