import type { Finding, Level, Place, Section } from '../report/report.ts';
import { type Approval, isExpired } from './approvals.ts';
import type { BrokenOperation } from './broken-operations.ts';
import type { Change } from './change.ts';
import type { Certainty } from './uses.ts';
import type { Verdict } from './verdicts.ts';

/** How many users of one change are named. */
const USERS_NAMED = 10;

interface Compared {
  base: string;
  /** In words, e.g. `29 registered operations and traffic of 2026-11-01 to 2026-11-20`; null where nothing is known. */
  clients: string | null;
  verdicts: readonly Verdict[];
  brokenOperations: readonly BrokenOperation[];
  approvals: readonly Approval[];
  approvalsFile: string;
  /** YYYY-MM-DD, in UTC. */
  today: string;
  placeOf: (change: Change) => Place | null;
}

/** What changed, the worst first. */
export function changesSections(compared: Compared): Section[] {
  const { verdicts, brokenOperations, base, clients, approvalsFile } = compared;
  const of = (level: Level, chosen: readonly Verdict[]) => chosen.map((verdict) => finding(verdict, level, compared));
  const breaking = verdicts.filter(({ severity, isApproved }) => severity === 'breaking' && !isApproved);
  const approved = verdicts.filter(({ isApproved }) => isApproved);
  const dangerous = verdicts.filter(({ severity }) => severity === 'dangerous');
  const safe = verdicts.filter(({ severity }) => severity === 'safe');
  const judge = clients === null ? 'nothing is known of clients, so everything counts as used' : `judged by ${clients}`;
  const advice = `Keep what is used, deprecated, beside what replaces it; or approve the change in ${approvalsFile}.`;
  const sections: (Section | null)[] = [
    {
      title: 'Breaking changes',
      summary: `${breaking.length === 0 ? 'none' : breaking.length} since ${base}; ${judge}.${breaking.length > 0 ? ` ${advice}` : ''}`,
      findings: of('error', breaking),
    },
    unlessEmpty('Registered operations that are no longer valid', brokenOperations.map(brokenFinding)),
    unlessEmpty('Approved changes', of('warning', approved)),
    unlessEmpty('Dangerous changes', of('warning', dangerous)),
    unlessEmpty('Safe changes', of('notice', safe)),
    unlessEmpty('Approvals', approvalFindings(compared)),
  ];
  return sections.filter((section) => section !== null);
}

function unlessEmpty(title: string, findings: Finding[]): Section | null {
  return findings.length === 0 ? null : { title, findings };
}

function finding(verdict: Verdict, level: Level, compared: Compared): Finding {
  const { change, severity, users, approval, isApproved } = verdict;
  const { kind, coordinate, subgraph, message } = change;
  const place = compared.placeOf(change);
  return {
    level,
    rule: kind,
    coordinate,
    message,
    details: [...usersOf(verdict, compared), ...approvalOf(verdict)],
    ...(place && { place }),
    data: {
      severity,
      severityWhereUsed: change.severity,
      ...(subgraph !== undefined && { subgraph }),
      usedBy: users ?? [],
      ...(approval && { approval, isApproved }),
    },
  };
}

const IN_WORDS: Readonly<Record<Certainty, (label: string) => string>> = {
  certain: (label) => `used by ${label}`,
  'in-variable': (label) => `may be used by ${label}, in a variable`,
  'in-answer': (label) => `may come back to ${label}, which asks for an interface or union`,
};

function usersOf({ change, users }: Verdict, { clients }: Compared): string[] {
  if (change.severity === 'safe' || change.concern.of === 'services') return [];
  if (users === null) return [];
  if (users.length === 0) return [`it would be ${change.severity} for whoever uses it; nobody does by ${clients}`];
  const lines = users.slice(0, USERS_NAMED).map(({ label, certainty }) => IN_WORDS[certainty](label));
  return users.length > USERS_NAMED ? [...lines, `and by ${users.length - USERS_NAMED} more`] : lines;
}

function approvalOf({ approval, isApproved }: Verdict): string[] {
  if (!approval) return [];
  return [`${isApproved ? 'approved until' : 'the approval ended on'} ${approval.expires}: ${approval.reason}`];
}

function brokenFinding({ operation: { file, name }, reasons }: BrokenOperation): Finding {
  const message = `${name} was valid and is not any more: ${reasons.join(' ')}`;
  return { level: 'error', rule: 'operation-broken', coordinate: name, message, place: { file } };
}

function approvalFindings({ approvals, approvalsFile: file, verdicts, today }: Compared): Finding[] {
  const used = new Set(verdicts.map(({ approval }) => approval));
  return approvals.flatMap((approval): Finding[] => {
    const { kind, coordinate, expires } = approval;
    const expired = isExpired(approval, today);
    if (used.has(approval) && !expired) return [];
    const why = used.has(approval)
      ? `ended on ${expires}: renew it in review, or take the change back`
      : 'is not needed: take it out';
    const message = `The approval of ${kind} ${coordinate} ${why}.`;
    const rule = used.has(approval) ? 'expired-approval' : 'unused-approval';
    return [{ level: 'warning', rule, coordinate, message, place: { file } }];
  });
}
