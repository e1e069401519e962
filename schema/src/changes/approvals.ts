import { z } from 'zod';
import { CannotRun } from '../command.ts';
import { parseJson, problemsOf, type Settings } from '../settings.ts';
import type { Tree } from '../tree.ts';
import type { Change } from './change.ts';

const approvals = z.array(
  z.strictObject({
    kind: z.string().min(1),
    coordinate: z.string().min(1),
    reason: z.string().min(10),
    /** The last day it counts, in UTC. */
    expires: z.iso.date(),
  }),
);

/** A change that may break clients, as somebody has decided in review. */
export type Approval = z.infer<typeof approvals>[number];

/** Reads the approvals of a repository; none where there is no such file. Throws CannotRun that names every problem. */
export async function readApprovals(tree: Tree, { approvedChanges: file }: Settings): Promise<Approval[]> {
  const [text] = await tree.read([file]);
  if (typeof text !== 'string') return [];
  const { data, error } = approvals.safeParse(parseJson(text, file));
  if (data) return data;
  throw new CannotRun(
    `${file} is not a list of { kind, coordinate, reason, expires: "YYYY-MM-DD" }: ${problemsOf(error)}.`,
  );
}

/** The approval of a change, expired or not; of several the one that counts longest. */
export function approvalOf(
  { kind, coordinate }: Pick<Change, 'kind' | 'coordinate'>,
  known: readonly Approval[],
): Approval | null {
  const fitting = known.filter((one) => one.kind === kind && one.coordinate === coordinate);
  return fitting.reduce<Approval | null>((best, one) => (best && best.expires >= one.expires ? best : one), null);
}

/** Whether it no longer counts. `today` is YYYY-MM-DD, in UTC. */
export function isExpired({ expires }: Approval, today: string): boolean {
  return expires < today;
}
