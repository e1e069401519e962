import { z } from 'zod';
import { CannotRun } from '../command.ts';
import { parseJson, problemsOf } from '../settings.ts';

const day = z.iso.date();

const usage = z.object({
  version: z.literal(1),
  recordedFrom: day,
  recordedTo: day,
  operations: z.array(
    z.object({
      name: z.string().nullable(),
      hash: z.string().nullable(),
      client: z.object({ name: z.string().nullable(), version: z.string().nullable() }),
      requests: z.int().nonnegative(),
      lastSeen: day,
      coordinates: z.array(z.string()),
    }),
  ),
});

/** What clients asked of the API, as `shop-schema usage export` writes it from what the gateways recorded. Days are in UTC. */
export type Usage = z.infer<typeof usage>;

/**
 * An operation as one version of one client sends it. `name` is the operation's own, null for one without. `hash` is the
 * SHA-256 of its text, as in manifests of persisted queries; null stands for all operations together that there was no
 * room to record apart, of whichever client. `client` is what it says of itself (`apollographql-client-name` and
 * `-version`), null where it says nothing. `coordinates` are schema coordinates
 * (https://spec.graphql.org/draft/#sec-Schema-Coordinates): `Type.field`, `Type.field(argument:)`, `Input.field`,
 * `Enum.VALUE`, and `Type` for what it asks for by name. A field that is selected on an interface is a field of the
 * interface alone; an enum value is one that was sent, not one that may have come back.
 */
export type UsedOperation = Usage['operations'][number];

/** Reads the text of a usage file. Throws CannotRun that names every problem. */
export function parseUsage(text: string, file: string): Usage {
  const { data, error } = usage.safeParse(parseJson(text, file));
  if (data) return data;
  const advice = 'write it again with "shop-schema usage export"';
  throw new CannotRun(`${file} is no recorded usage: ${shortened(problemsOf(error))}; ${advice}.`);
}

const LONGEST = 300;

function shortened(problems: string): string {
  return problems.length <= LONGEST ? problems : `${problems.slice(0, LONGEST)}…`;
}
