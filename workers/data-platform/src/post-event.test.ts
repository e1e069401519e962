import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { newId } from '@shop/kernel';
import { PlatformAway } from './platform.errors.ts';
import { createEventPoster, type EventPoster, retryAfter } from './post-event.ts';

it.each([
  ['seconds', '3', 3_000],
  ['a date', 'Wed, 11 Feb 2026 10:30:05 GMT', 5_000],
  ['a date that has passed', 'Wed, 11 Feb 2026 10:29:00 GMT', 0],
  ['more than ten minutes', '86400', 600_000],
  ['nonsense', 'soon', undefined],
  ['nothing', undefined, undefined],
])('reads Retry-After when it is %s', (_, header, expected) => {
  expect(retryAfter(header, Date.parse('2026-02-11T10:30:00Z'))).toBe(expected);
});

describe('an event is posted', () => {
  const event = {
    specversion: '1.0' as const,
    id: newId(),
    source: '/order',
    type: 'order.completed',
    subject: newId(),
    time: new Date().toISOString(),
    data: {},
  };
  let server: Server;
  let poster: EventPoster;

  async function platformThat(answers: RequestListener, { timeoutMs = 20_000 } = {}): Promise<EventPoster> {
    server = createServer(answers);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    poster = createEventPoster({ url: `http://127.0.0.1:${port}/v1`, timeoutMs, connections: 1 });
    return poster;
  }

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await poster.close();
  });

  it('to a platform that says first that it is at work', async () => {
    const { post } = await platformThat((_request, response) => {
      response.writeProcessing();
      response.writeHead(202).end();
    });
    await expect(post(event)).resolves.toBeUndefined();
  });

  it('once it was taken, though the rest of the answer never comes', async () => {
    const { post } = await platformThat((_request, response) => {
      response.writeHead(202, { 'content-length': 100 });
      response.write('{', () => response.destroy());
    });
    await expect(post(event)).resolves.toBeUndefined();
  });

  it('no longer than it may take, whether it is on its way or waits for its turn', async () => {
    const { post } = await platformThat(() => undefined, { timeoutMs: 100 });
    const outcomes = await Promise.allSettled([post(event), post(event), post(event)]);
    expect(outcomes.map((outcome) => outcome.status === 'rejected' && String(outcome.reason))).toEqual(
      Array.from({ length: 3 }, () => expect.stringContaining('no answer in time')),
    );
  });

  it('by the next connection when one was lost', async () => {
    let requests = 0;
    const { post } = await platformThat((request, response) => {
      if (++requests === 1) request.socket.destroy();
      else response.writeHead(202).end();
    });
    await expect(post(event)).rejects.toThrow(PlatformAway);
    await expect(post(event)).resolves.toBeUndefined();
  });
});
