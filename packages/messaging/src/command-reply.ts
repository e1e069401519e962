import { z } from 'zod';

/** What every command's reply is wrapped in; `data` is parsed by the command's own schema. */
export const commandReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), data: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error: z.object({
      code: z.string(),
      message: z.string(),
      extensions: z.record(z.string(), z.unknown()).optional(),
    }),
  }),
]);

/** What a handler sends back: its reply, or the code and message of what it threw. */
export type CommandReply = z.input<typeof commandReply>;

/** How long the sender waits, in milliseconds: a request that waited longer for its turn need not be handled. */
export const TIMEOUT_HEADER = 'Shop-Timeout-Ms';
