import { type Approval, approvalOf, isExpired } from './approvals.ts';
import type { Change, Severity } from './change.ts';
import type { User } from './uses.ts';
import type { WhoUses } from './who-uses.ts';

/** What a change does to those who are known to rely on the schema. */
export interface Verdict {
  change: Change;
  /** For our clients: what nobody uses is safe. */
  severity: Severity;
  /** Null where it is not for clients to say. */
  users: User[] | null;
  /** Of a breaking change. */
  approval: Approval | null;
  isApproved: boolean;
}

interface Known {
  /** Null where nothing is known of clients: then everything counts as used. */
  whoUses: WhoUses | null;
  approvals: readonly Approval[];
  /** YYYY-MM-DD, in UTC. */
  today: string;
}

/** Judges each change by who uses what it changes. */
export function verdictsOn(changes: readonly Change[], { whoUses, approvals, today }: Known): Verdict[] {
  return changes.map((change) => {
    const users = whoUses ? whoUses(change.concern) : null;
    const severity = users?.length === 0 ? 'safe' : change.severity;
    const approval = severity === 'breaking' ? approvalOf(change, approvals) : null;
    return { change, severity, users, approval, isApproved: approval !== null && !isExpired(approval, today) };
  });
}
