import { headers, type Msg, RequestError } from '@nats-io/transport-node';
import { currentTraceparent } from '@shop/service-kit';
import type { z } from 'zod';
import type { Bus } from './bus.ts';
import { CommandFailed, CommandUnanswered, CommandUnavailable } from './command.errors.ts';
import { commandReply, TIMEOUT_HEADER } from './command-reply.ts';
import type { CommandDefinition } from './define-command.ts';

/**
 * Sends a command and returns its parsed reply. Throws CommandUnavailable (nobody received it), CommandUnanswered
 * (no answer in time, or none that can be read: the outcome is unknown) or CommandFailed (the service said no).
 */
export async function sendCommand<Q extends z.ZodType, A extends z.ZodType>(
  bus: Bus,
  command: CommandDefinition<Q, A>,
  request: z.input<Q>,
  { timeoutMs = 2_000 }: { timeoutMs?: number } = {},
): Promise<z.output<A>> {
  const payload = JSON.stringify(command.request.parse(request));
  // While NATS is away the client would keep the request and deliver it after our deadline.
  const away = bus.ready();
  if (away !== null) throw new CommandUnavailable(`${command.subject} cannot be sent: ${away}`);

  const reply = readReply(command, await ask(bus, command.subject, payload, timeoutMs));
  if (!reply.ok) throw new CommandFailed(reply.error);
  return reply.data;
}

async function ask(bus: Bus, subject: string, payload: string, timeoutMs: number): Promise<Msg> {
  const carried = headers();
  carried.set(TIMEOUT_HEADER, String(timeoutMs));
  const traceparent = currentTraceparent();
  if (traceparent !== undefined) carried.set('traceparent', traceparent);
  try {
    return await bus.connection.request(subject, payload, { timeout: timeoutMs, headers: carried });
  } catch (cause) {
    if (cause instanceof RequestError && cause.isNoResponders()) {
      throw new CommandUnavailable(`Nobody answers ${subject} right now.`, { cause });
    }
    throw new CommandUnanswered(`${subject} was not answered within ${timeoutMs} ms.`, { cause });
  }
}

function readReply<A extends z.ZodType>(command: CommandDefinition<z.ZodType, A>, message: Msg) {
  try {
    const reply = commandReply.parse(message.json());
    return reply.ok ? { ok: true as const, data: command.reply.parse(reply.data) } : reply;
  } catch (cause) {
    throw new CommandUnanswered(`The answer to ${command.subject} cannot be read.`, { cause });
  }
}
