import { Conflict } from '@shop/kernel';
import { createMetrics } from '@shop/service-kit';
import { eventually } from '@shop/testkit';
import { z } from 'zod';
import {
  CommandFailed,
  CommandUnanswered,
  CommandUnavailable,
  defineCommand,
  handleCommand,
  sendCommand,
  serveCommands,
} from '../src/index.ts';
import { createWorld, log, type World } from './world.ts';

const Weigh = defineCommand({
  subject: 'cmd.scales.weigh',
  request: z.object({ parcelId: z.string().min(1), grams: z.int().default(1) }),
  reply: z.object({ outcome: z.literal('WEIGHED'), grams: z.int() }),
});

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

type Request = z.output<typeof Weigh.request>;
type Reply = z.input<typeof Weigh.reply>;

async function serving(
  handle: (request: Request) => Promise<Reply>,
  work: (server: { close(): Promise<void> }) => Promise<void>,
  concurrency?: number,
): Promise<void> {
  const handlers = [handleCommand(Weigh, handle)];
  const options = { queue: 'scales', handlers, log, metrics: createMetrics('test') };
  const server = serveCommands(await world.aBus(), concurrency === undefined ? options : { ...options, concurrency });
  try {
    await work(server);
  } finally {
    await server.close();
  }
}

const weighed = async ({ grams }: Request): Promise<Reply> => ({ outcome: 'WEIGHED', grams });

it('brings the request there and the reply back, both parsed', () =>
  serving(weighed, async () => {
    const reply = await eventually(() => sendCommand(world.bus, Weigh, { parcelId: 'a' }));
    expect(reply).toEqual({ outcome: 'WEIGHED', grams: 1 });
    await expect(sendCommand(world.bus, Weigh, { parcelId: '' })).rejects.toThrow(z.ZodError);
  }));

it('tells a refusal with its code from a failure without its secrets', async () => {
  const fail: Record<string, Error> = {
    conflict: new Conflict('Already weighed.'),
    bug: new Error('password=hunter2'),
  };
  const handle = async ({ parcelId }: Request): Promise<Reply> => {
    throw fail[parcelId];
  };
  await serving(handle, async () => {
    const refused = await eventually(async () => {
      const error = await sendCommand(world.bus, Weigh, { parcelId: 'conflict' }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(CommandFailed);
      return error;
    });
    expect(refused).toMatchObject({ code: 'CONFLICT', message: 'Already weighed.' });
    const failed = sendCommand(world.bus, Weigh, { parcelId: 'bug' });
    await expect(failed).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR', message: 'cmd.scales.weigh failed.' });
  });
});

it('tells nobody there from no answer in time', async () => {
  await expect(sendCommand(world.bus, Weigh, { parcelId: 'a' })).rejects.toBeInstanceOf(CommandUnavailable);

  let finish = (): void => undefined;
  const slow = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const handle = async (request: Request): Promise<Reply> => {
    if (request.parcelId === 'slow') await slow;
    return weighed(request);
  };
  await serving(handle, async () => {
    await eventually(() => sendCommand(world.bus, Weigh, { parcelId: 'a' }));
    const unanswered = sendCommand(world.bus, Weigh, { parcelId: 'slow' }, { timeoutMs: 50 });
    await expect(unanswered).rejects.toBeInstanceOf(CommandUnanswered);
    finish();
  });
});

it('answers what it has received before it closes', async () => {
  let finish = (): void => undefined;
  let received = (): void => undefined;
  const slow = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const receipt = new Promise<void>((resolve) => {
    received = resolve;
  });
  const handle = async (request: Request): Promise<Reply> => {
    received();
    await slow;
    return weighed(request);
  };
  await serving(handle, async (server) => {
    const answer = eventually(() => sendCommand(world.bus, Weigh, { parcelId: 'a' }));
    await receipt;
    const closed = server.close();
    finish();
    await closed;
    expect(await answer).toEqual({ outcome: 'WEIGHED', grams: 1 });
  });
});

it('handles no more at a time than it was told to, and all of them', async () => {
  let running = 0;
  let most = 0;
  const handle = async (request: Request): Promise<Reply> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    return weighed(request);
  };
  await serving(
    handle,
    async () => {
      await eventually(() => sendCommand(world.bus, Weigh, { parcelId: 'a' }));
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, grams) => sendCommand(world.bus, Weigh, { parcelId: 'a', grams })),
      );
      expect(answers.map(({ grams }) => grams)).toEqual(Array.from({ length: 50 }, (_, grams) => grams));
      expect(most).toBe(3);
    },
    3,
  );
});

it('does not keep a command for later while NATS is away', async () => {
  await world.servers.nats.stop();
  await eventually(() => expect(world.bus.ready()).not.toBeNull());
  await expect(sendCommand(world.bus, Weigh, { parcelId: 'a' })).rejects.toBeInstanceOf(CommandUnavailable);
  await world.servers.nats.start();
  await eventually(() => expect(world.bus.ready()).toBeNull());
  await serving(weighed, async () => {
    await eventually(() => sendCommand(world.bus, Weigh, { parcelId: 'a' }));
  });
});
