import { expect, it } from '@jest/globals';
import { parseRateLimits } from './rate-limit-settings.ts';

it('reads rates, bursts and what is off', () => {
  expect(parseRateLimits('viewer=20/s:50, ip=off, mutation.signUp=30/m, mutation.buy=7200/h:3')).toEqual({
    viewer: { perSecond: 20, burst: 50 },
    ip: null,
    mutations: new Map([
      ['signUp', { perSecond: 0.5, burst: 30 }],
      ['buy', { perSecond: 2, burst: 3 }],
    ]),
  });
  expect(parseRateLimits('')).toEqual({ viewer: null, ip: null, mutations: new Map() });
});

it.each(['user=20/s', 'viewer', 'viewer=20', 'viewer=20/d', 'viewer=0/s', 'viewer=5/s:0', 'mutation.=5/s'])(
  'says what is wrong with %s',
  (text) => expect(() => parseRateLimits(text)).toThrow(text),
);
