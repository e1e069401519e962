import { expect, it } from '@jest/globals';
import { createInFlight } from './in-flight.ts';

it('ends an old one when the last request that began before the switch has ended', () => {
  const ended: string[] = [];
  const inFlight = createInFlight();
  const [first, second] = [inFlight.hold(), inFlight.hold()];
  inFlight.takeOver(() => ended.push('a'));
  const third = inFlight.hold();
  first();
  first();
  expect(ended).toEqual([]);
  second();
  expect(ended).toEqual(['a']);
  expect(inFlight.draining()).toBe(0);
  third();
  inFlight.takeOver(() => ended.push('b'));
  expect(ended).toEqual(['a', 'b']);
});

it('keeps those in between, which a request that began earlier may have got', () => {
  const ended: string[] = [];
  const inFlight = createInFlight();
  const early = inFlight.hold();
  inFlight.takeOver(() => ended.push('a'));
  inFlight.takeOver(() => ended.push('b'));
  expect(inFlight.draining()).toBe(2);
  early();
  expect(ended).toEqual(['a', 'b']);
});

it('waits for nobody forever', async () => {
  const inFlight = createInFlight({ longestMs: 5 });
  const release = inFlight.hold();
  await new Promise<void>((resolve) => inFlight.takeOver(resolve));
  release();
  inFlight.takeOver(() => undefined);
  expect(inFlight.draining()).toBe(0);
});
