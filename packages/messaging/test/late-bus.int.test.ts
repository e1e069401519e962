import { createCloser } from '@shop/service-kit';
import { eventually, startTestServers, wireTo } from '@shop/testkit';
import { openLateBus } from '../src/index.ts';
import { log } from './world.ts';

const closing = createCloser();
afterAll(() => closing.close());

it('begins with what else waited for NATS when one part cannot begin, and says that it is not whole', async () => {
  const servers = closing.add(await startTestServers({ nats: true }));
  const wire = closing.add(await wireTo(servers.nats.url));
  wire.cut();
  const bus = closing.add(await openLateBus({ url: wire.url, name: 'test', streams: [], log }));
  expect(bus.ready()).toBe('NATS was not there yet.');
  const begun: string[] = [];
  bus.begin(() => {
    throw new Error('its metric exists already');
  });
  bus.begin(() => {
    begun.push('second');
    return { close: () => void begun.push('closed') };
  });

  wire.mend();
  await eventually(() => expect(begun).toEqual(['second']), { timeoutMs: 20_000 });
  expect(bus.ready()).toMatch('its metric exists already');
});
