import type { Msg } from '@nats-io/transport-node';
import { DomainError } from '@shop/kernel';
import { continueTrace, failPoint, type Logger, type Metrics } from '@shop/service-kit';
import type { z } from 'zod';
import type { Bus } from './bus.ts';
import { type CommandReply, TIMEOUT_HEADER } from './command-reply.ts';
import type { CommandDefinition } from './define-command.ts';
import { createLimiter } from './limiter.ts';

/** A command together with the code that answers it. */
export interface CommandHandler {
  readonly subject: string;
  handle(payload: unknown): Promise<CommandReply>;
}

/** Binds a command to its handler; request and reply are parsed on this side too. */
export function handleCommand<Q extends z.ZodType, A extends z.ZodType>(
  command: CommandDefinition<Q, A>,
  handler: (request: z.output<Q>) => Promise<z.input<A>>,
): CommandHandler {
  return {
    subject: command.subject,
    async handle(payload) {
      const request = command.request.safeParse(payload);
      if (!request.success) {
        return {
          ok: false,
          error: { code: 'BAD_USER_INPUT', message: `${command.subject}: ${request.error.message}` },
        };
      }
      return { ok: true, data: command.reply.parse(await handler(request.data)) };
    },
  };
}

/** Which commands a service answers, and how many at a time. */
export interface ServeCommandsOptions {
  /** The service's name: its instances share the commands. */
  queue: string;
  handlers: readonly CommandHandler[];
  log: Logger;
  metrics: Metrics;
  /** How many commands this process handles at a time; the rest wait their turn. */
  concurrency?: number;
}

/** Answers commands until closed; closing takes no new ones and finishes those it has. */
export function serveCommands(bus: Bus, options: ServeCommandsOptions): { close(): Promise<void> } {
  const { queue, handlers, log, metrics, concurrency = 64 } = options;
  const seconds = metrics.histogram('shop_command_seconds', 'Time to answer a command.', ['command', 'outcome']);
  const limiter = createLimiter(concurrency);

  async function answer(handler: CommandHandler, message: Msg, receivedAt: number): Promise<void> {
    // Whoever sent it has given up: an answer nobody waits for would only delay the others.
    const timeoutMs = Number(message.headers?.get(TIMEOUT_HEADER) || Number.POSITIVE_INFINITY);
    if (performance.now() - receivedAt > timeoutMs)
      return seconds.observe({ command: handler.subject, outcome: 'expired' }, timeoutMs / 1_000);

    const stop = seconds.startTimer({ command: handler.subject });
    const traceparent = message.headers?.get('traceparent') || undefined;
    const reply = await continueTrace(traceparent, handler.subject, () => replyTo(handler, message, log));
    stop({ outcome: reply.ok ? 'ok' : reply.error.code });
    failPoint(`${handler.subject}.done`);
    message.respond(JSON.stringify(reply));
  }

  const subscriptions = handlers.map((handler) =>
    bus.connection.subscribe(handler.subject, {
      queue,
      callback: (error, message) => {
        if (error) return log.error({ err: error, command: handler.subject }, 'A command cannot be received.');
        const receivedAt = performance.now();
        void limiter.run(() => answer(handler, message, receivedAt));
      },
    }),
  );

  return {
    async close() {
      // While NATS is away nothing more can come in, and there is nothing to drain to.
      const open = bus.ready() === null ? subscriptions.filter((one) => !one.isClosed() && !one.isDraining()) : [];
      await Promise.all(open.map((one) => one.drain()));
      await limiter.idle();
    },
  };
}

async function replyTo(handler: CommandHandler, message: Msg, log: Logger): Promise<CommandReply> {
  try {
    return await handler.handle(message.json());
  } catch (error) {
    if (error instanceof DomainError) {
      return { ok: false, error: { code: error.code, message: error.message, extensions: error.extensions() } };
    }
    log.error({ err: error, command: handler.subject }, 'A command failed.');
    return { ok: false, error: { code: 'INTERNAL_SERVER_ERROR', message: `${handler.subject} failed.` } };
  }
}
