import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createEventWriter } from './event-writer.ts';

const A_LOT = 'x'.repeat(4 * 1_024 * 1_024);

let close: () => void = () => undefined;
afterEach(() => close());

/** A response on its way to a client that takes nothing until it is told to. */
async function aResponse() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  const [[, response], client] = await Promise.all([
    once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>,
    once(request, 'response').then(([incoming]) => incoming as IncomingMessage),
    once(server, 'request').then(([, one]) => (one as ServerResponse).flushHeaders()),
  ]);
  close = () => {
    client.destroy();
    server.close();
  };
  return { response, client };
}

it('waits for a slow client as often as it takes, and leaves no listener behind', async () => {
  const { response, client } = await aResponse();
  const writer = createEventWriter(response);
  const listeners = () =>
    response.listenerCount('close') + response.listenerCount('drain') + response.listenerCount('error');
  const before = listeners();
  for (let i = 0; i < 3; i++) {
    client.pause();
    let isTaken = false;
    const taken = writer.next(A_LOT, i).then(() => {
      isTaken = true;
    });
    expect(response.writableNeedDrain).toBe(true);
    expect(isTaken).toBe(false);
    client.resume();
    await taken;
  }
  expect(listeners()).toBe(before);

  client.pause();
  const left = writer.next(A_LOT, 3);
  client.destroy();
  await left;
  expect(response.destroyed).toBe(true);
});
