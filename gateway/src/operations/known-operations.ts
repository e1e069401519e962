import { BoundedMap } from '@shop/kernel';
import {
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
  parse,
  type VariableDefinitionNode,
} from 'graphql';
import { noSuchOperation } from '../execution/operation.ts';
import type { Door } from '../guards/door.ts';
import type { GuardedOperation } from '../guards/guarded-operation.ts';
import { isDeferred } from '../planning/operation-needs.ts';
import { validDocument } from '../planning/valid-document.ts';
import type { Supergraph } from '../supergraph/supergraph.ts';
import type { OperationUsage, UsageRecorder } from '../usage/usage-recorder.ts';

/** What has to be known of an operation before its plan is looked for. */
export interface KnownOperation {
  kind: OperationTypeNode;
  name: string | undefined;
  /** The `operationName` of the requests that it answers. */
  askedName: string | undefined;
  /** The operation without what it selects: enough to read variables by. */
  signature: OperationDefinitionNode;
  guarded: GuardedOperation;
  /** Whether something in its document is deferred. */
  defers: boolean;
  /** Null where nobody records what is asked for. */
  usage: OperationUsage | null;
}

/** Throws a GraphQLError, or an AggregateError of several, for what is not a valid operation of the supergraph. */
export type KnowOperation = (supergraph: Supergraph, text: string, operationName: string | undefined) => KnownOperation;

// Measured: closures that tell an operation's cost, the text itself, and its syntax tree where its fields have conditions.
const BYTES = 1_500;
const BYTES_PER_CHARACTER = 4;
const BYTES_PER_CHARACTER_WITH_TREE = 45;

export interface KnownOperationsOptions {
  door: Pick<Door, 'prepare'>;
  maxBytes: number;
  /** Null where nothing is recorded. */
  recorder: Pick<UsageRecorder, 'usageOf'> | null;
}

/** Parses, validates and prices every operation once, and keeps what it found for as long as there is room. */
export function createKnownOperations({ door, maxBytes, recorder }: KnownOperationsOptions): KnowOperation {
  const bySupergraph = new WeakMap<Supergraph, BoundedMap<string, KnownOperation>>();

  return (supergraph, text, operationName) => {
    const known = bySupergraph.get(supergraph) ?? remember(supergraph);
    const key = operationName === undefined ? text : `${operationName.length} ${operationName} ${text}`;
    const found = known.get(key);
    // Texts are anything: one that is spelled like the key of another's name is none of its requests.
    if (found && found.askedName === operationName) return found;
    const operation = read(supergraph, text, operationName);
    known.set(key, operation);
    return operation;
  };

  function remember(supergraph: Supergraph): BoundedMap<string, KnownOperation> {
    const known = new BoundedMap<string, KnownOperation>(maxBytes, { weigh: bytesOf });
    bySupergraph.set(supergraph, known);
    return known;
  }

  function read(supergraph: Supergraph, text: string, operationName: string | undefined): KnownOperation {
    validDocument(supergraph.apiSchema, text);
    // Errors need locations; what is kept does not, and they would take more room than the rest.
    const document = parse(text, { noLocation: true });
    const operation = getOperationAST(document, operationName);
    if (!operation) throw noSuchOperation();
    return {
      kind: operation.operation,
      name: operation.name?.value,
      askedName: operationName,
      signature: signatureOf(operation),
      guarded: door.prepare(supergraph, document, operation),
      defers: isDeferred(document),
      usage: recorder?.usageOf(supergraph.apiSchema, text, document, operation) ?? null,
    };
  }
}

function signatureOf({ operation, name, variableDefinitions }: OperationDefinitionNode): OperationDefinitionNode {
  return {
    kind: Kind.OPERATION_DEFINITION,
    operation,
    name,
    variableDefinitions: variableDefinitions as readonly VariableDefinitionNode[],
    selectionSet: { kind: Kind.SELECTION_SET, selections: [] },
  };
}

function bytesOf({ guarded, usage }: KnownOperation, key: string): number {
  const perCharacter = guarded.access ? BYTES_PER_CHARACTER_WITH_TREE : BYTES_PER_CHARACTER;
  return BYTES + key.length * perCharacter + (usage?.bytes ?? 0);
}
