import { z } from 'zod';

/** How a repository wants to be linted: the part `lint` of its settings. */
export const lintSettings = z.strictObject({
  /** Mutations that anybody may send, signed in or not. */
  publicMutations: z.array(z.string()).default([]),
  /** The events streams keep, by their CloudEvents type: which stream, and the fields of their data. */
  events: z.record(z.string(), z.strictObject({ stream: z.string(), data: z.array(z.string()).min(1) })).default({}),
  /** What a rule is not to say, and why. */
  allow: z
    .array(
      z.strictObject({
        rule: z.string(),
        /** Schema coordinates; `*` stands for any part of one. */
        coordinates: z.array(z.string()).min(1),
        reason: z.string().min(10),
      }),
    )
    .default([]),
});

export type LintSettings = z.infer<typeof lintSettings>;
