import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { findFreePort, giveBackPort } from './free-port.ts';

let taken: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (taken === undefined ? resolve() : taken.close(() => resolve()))));

describe('findFreePort', () => {
  it('takes the next port when the preferred one is taken', async () => {
    const port = await findFreePort();
    taken = createServer();
    await new Promise<void>((resolve) => taken?.listen(port, '127.0.0.1', resolve));
    giveBackPort(port);
    expect(await findFreePort(port)).toBeGreaterThan(port);
  });

  it('never gives the same port twice before it is given back', async () => {
    const first = await findFreePort();
    expect(await findFreePort(first)).not.toBe(first);
    giveBackPort(first);
    expect(await findFreePort(first)).toBe(first);
  });
});
