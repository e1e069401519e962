import { type GraphQLSchema, print } from 'graphql';
import type { Base } from '../base/base.ts';
import type { RegisteredOperation } from '../registered-operations.ts';
import type { Section } from '../report/report.ts';
import type { Subgraph } from '../repository.ts';
import type { Usage } from '../usage/usage.ts';
import { apiChanges } from './api-changes.ts';
import type { Approval } from './approvals.ts';
import { brokenOperations } from './broken-operations.ts';
import { changesSections } from './changes-report.ts';
import { federationChanges, supergraphChanges } from './federation/federation-changes.ts';
import { indexSubgraph } from './federation/subgraph-index.ts';
import { usesOfOperations } from './operation-uses.ts';
import { placesOfChanges } from './places.ts';
import { usesOfTraffic } from './traffic-uses.ts';
import { type Verdict, verdictsOn } from './verdicts.ts';
import { whoUses } from './who-uses.ts';

/** The schema as it would be. */
export interface Proposal {
  subgraphs: readonly Subgraph[];
  apiSchema: GraphQLSchema;
  supergraphSdl: string;
  operations: readonly RegisteredOperation[];
}

interface Judges {
  /** Within limits; null where none was recorded. */
  usage: Usage | null;
  approvals: readonly Approval[];
  approvalsFile: string;
  /** YYYY-MM-DD, in UTC. */
  today: string;
}

/** What a proposal changes, and whom it breaks. */
export function compare(base: Base, proposal: Proposal, judges: Judges): Section[] {
  const operations = operationsOf(base, proposal);
  const { usage, approvals, today } = judges;
  const uses = [...usesOfOperations(operations, base.apiSchema), ...usesOfTraffic(usage?.operations ?? [])];
  const isAnythingKnown = operations.length > 0 || usage !== null;
  const changes = [
    ...apiChanges(base.apiSchema, proposal.apiSchema),
    ...(base.subgraphs ? federationChanges(base.subgraphs, proposal.subgraphs) : []),
    ...(!base.subgraphs && base.supergraphSdl ? supergraphChanges(base.supergraphSdl, proposal.supergraphSdl) : []),
  ];
  const verdicts = verdictsOn(changes, {
    whoUses: isAnythingKnown ? whoUses(base.apiSchema, uses) : null,
    approvals,
    today,
  });
  const broken = brokenOperations(operations, base.apiSchema, proposal.apiSchema);
  return changesSections({
    ...judges,
    base: base.label,
    clients: isAnythingKnown ? clientsInWords(operations.length, usage) : null,
    verdicts,
    brokenOperations: broken.filter(({ operation }) => !isExplained(operation, verdicts)),
    placeOf: placesOfChanges((base.subgraphs ?? []).map(indexSubgraph), proposal.subgraphs.map(indexSubgraph)),
  });
}

/** Clients that are out there send what was registered before, whatever has become of it since. */
function operationsOf(base: Base, { operations }: Proposal): RegisteredOperation[] {
  // With their fragments, which may lie in other files.
  const texts = new Set(operations.map(({ document }) => print(document)));
  const before = base.operations.filter(({ document }) => !texts.has(print(document)));
  return [...operations, ...before.map((one) => ({ ...one, file: `${one.file} of ${base.label}` }))];
}

function isExplained({ file, name }: RegisteredOperation, verdicts: readonly Verdict[]): boolean {
  const label = `${file} (${name})`;
  return verdicts.some(({ severity, users }) => severity === 'breaking' && users?.some((user) => user.label === label));
}

function clientsInWords(operations: number, usage: Usage | null): string {
  const registered = `${operations} registered operation${operations === 1 ? '' : 's'}`;
  if (usage === null) return `${registered}, without recorded traffic`;
  return `${registered} and the traffic of ${usage.recordedFrom} to ${usage.recordedTo}`;
}
