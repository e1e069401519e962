import type { z } from 'zod';

/** A question or an order to one service, answered over NATS request/reply. */
export interface CommandDefinition<Q extends z.ZodType = z.ZodType, A extends z.ZodType = z.ZodType> {
  readonly subject: string;
  readonly request: Q;
  readonly reply: A;
}

/** Declares a command once, for the service that answers it and for those who send it. */
export function defineCommand<Q extends z.ZodType, A extends z.ZodType>(command: {
  subject: string;
  request: Q;
  reply: A;
}): CommandDefinition<Q, A> {
  return command;
}
