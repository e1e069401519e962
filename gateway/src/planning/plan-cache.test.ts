import { expect, it } from '@jest/globals';
import { createMetrics } from '@shop/service-kit';
import { createGatewayMetrics } from '../observability/gateway-metrics.ts';
import { type Costed, createPlanCache, type OperationKey } from './plan-cache.ts';

const key = (text: string, more: Partial<OperationKey> = {}): OperationKey => ({
  supergraphId: 's',
  text,
  operationName: undefined,
  variant: '',
  ...more,
});

function cacheOf(maxBytes: number) {
  const metrics = createGatewayMetrics(createMetrics('test'));
  const cache = createPlanCache<string>({ maxBytes, metrics });
  let made = 0;
  const make = async (bytes = 1_000, keepMs?: number): Promise<Costed<string>> => ({
    value: `plan ${++made}`,
    bytes,
    ...(keepMs !== undefined && { keepMs }),
  });
  const bytes = async () => (await metrics.planCacheBytes.get()).values[0]?.value ?? 0;
  return { cache, make, bytes, made: () => made };
}

it('makes a plan once and has it at hand from then on', async () => {
  const { cache, make } = cacheOf(100_000);
  const [first, second] = await Promise.all([cache.get(key('{ a }'), make), cache.get(key('{ a }'), make)]);
  expect([first, second, cache.get(key('{ a }'), make)]).toEqual(['plan 1', 'plan 1', 'plan 1']);
});

it('tells apart supergraphs, operations of a document, and variants', async () => {
  const { cache, make, made } = cacheOf(100_000);
  const keys = [
    key('{ a }'),
    key('{ a }', { supergraphId: 't' }),
    key('{ a }', { operationName: 'A' }),
    key('{ a }', { variant: 'defer' }),
    key('B { a }', { operationName: 'A' }),
    key('{ a }', { operationName: 'A B' }),
  ];
  for (const each of keys) await cache.get(each, make);
  expect(made()).toBe(keys.length);
  cache.forget('s');
  expect(cache.get(key('{ a }', { supergraphId: 't' }), make)).toBe('plan 2');
  expect(await cache.get(key('{ a }'), make)).toBe(`plan ${keys.length + 1}`);
});

it('forgets what was not used for longest, and stays within its bytes whatever comes', async () => {
  const { cache, make, bytes } = cacheOf(20_000);
  for (let i = 0; i < 1_000; i += 1) {
    await cache.get(key(`{ a${i} }`), make);
    await cache.get(key('{ used }'), make);
    expect(await bytes()).toBeLessThanOrEqual(20_000);
  }
  expect(cache.get(key('{ used }'), make)).toBe('plan 2');
  expect(cache.recent(100).length).toBeLessThan(10);
});

it('does not push out all others for one that is too large to keep', async () => {
  const { cache, make } = cacheOf(20_000);
  await cache.get(key('{ small }'), make);
  await cache.get(key('{ huge }'), () => make(40_000));
  expect(cache.get(key('{ small }'), make)).toBe('plan 1');
  expect(cache.get(key('{ huge }'), make)).toBeInstanceOf(Promise);
});

it('keeps no failures, and some plans for a while only', async () => {
  const { cache, make } = cacheOf(20_000);
  await expect(cache.get(key('{ a }'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await cache.get(key('{ a }'), () => make(1, 0))).toBe('plan 1');
  expect(await cache.get(key('{ a }'), make)).toBe('plan 2');
});

it('knows which operations came last, and how often', async () => {
  const { cache, make } = cacheOf(100_000);
  for (const text of ['{ a }', '{ b }', '{ a }', '{ c }']) await cache.get(key(text), make);
  await cache.get(key('{ a }', { variant: 'defer' }), make);
  const seen = (text: string, count: number) => ({ text, operationName: undefined, count });
  expect(cache.recent(2)).toEqual([seen('{ a }', 3), seen('{ c }', 1)]);
  expect(cache.recent(9)).toEqual([seen('{ a }', 3), seen('{ c }', 1), seen('{ b }', 1)]);
});
