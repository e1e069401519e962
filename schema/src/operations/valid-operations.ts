import { type GraphQLError, type GraphQLSchema, getLocation, Kind, type Source, validate } from 'graphql';
import type { RegisteredOperation } from '../registered-operations.ts';
import type { Finding, Place } from '../report/report.ts';

export interface CheckedOperations {
  valid: RegisteredOperation[];
  findings: Finding[];
}

/** Parts the operations that can be run from those that cannot, and says why: validity, a name, and one of its own. */
export function checkOperations(operations: readonly RegisteredOperation[], api: GraphQLSchema): CheckedOperations {
  const valid: RegisteredOperation[] = [];
  const findings: Finding[] = [];
  const named = new Map<string, RegisteredOperation>();
  for (const operation of operations) {
    const errors = validate(api, operation.document);
    findings.push(...errors.map((error) => invalid(operation, error)));
    if (errors.length === 0) valid.push(operation);
    const name = nameProblem(operation, named);
    if (name) findings.push({ level: 'error', rule: 'operation-name', message: name, place: placeOf(operation) });
  }
  return { valid, findings };
}

function nameProblem(operation: RegisteredOperation, named: Map<string, RegisteredOperation>): string | null {
  const [definition] = operation.document.definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION || !definition.name)
    return `${operation.file} has an operation without a name; give it one, by which traces and metrics know it.`;
  // A manifest lists what some build of a client had: the next one may well change an operation and keep its name.
  if (!operation.hasPlace) return null;
  const other = named.get(operation.name);
  named.set(operation.name, operation);
  return other ? `${operation.name} is the name of an operation in ${other.file} too; rename one of them.` : null;
}

function invalid(operation: RegisteredOperation, { message, nodes }: GraphQLError): Finding {
  return {
    level: 'error',
    rule: 'invalid-operation',
    message: `${operation.name} cannot be run: ${message}`,
    place: placeOf(operation, nodes?.[0]?.loc),
  };
}

/** Where it is wrong, or the operation begins. */
function placeOf(
  { file, hasPlace, document }: RegisteredOperation,
  loc: { source: Source; start: number } | undefined = document.definitions[0]?.loc,
): Place {
  if (!hasPlace || !loc) return { file };
  return { file: loc.source.name, ...getLocation(loc.source, loc.start) };
}
