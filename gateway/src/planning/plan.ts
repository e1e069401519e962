import type { OperationTypeNode } from 'graphql';

/**
 * How to answer an operation with fetches from subgraphs. Whichever planner made it, it has the JSON shape that
 * `@apollo/query-planner` gives: https://www.apollographql.com/docs/graphos/reference/federation/query-plans
 */
export interface QueryPlan {
  kind: 'QueryPlan';
  /** Absent when there is nothing to fetch, as for `{ __typename }`. */
  node?: PlanNode | SubscriptionNode | undefined;
}

export type PlanNode = SequenceNode | ParallelNode | FetchNode | FlattenNode | DeferNode | ConditionNode;

/** Each node begins when the one before it is done. */
export interface SequenceNode {
  kind: 'Sequence';
  nodes: PlanNode[];
}

/** All nodes begin at once. */
export interface ParallelNode {
  kind: 'Parallel';
  nodes: PlanNode[];
}

/** The first fetch opens a stream; `rest` completes each of its values. */
export interface SubscriptionNode {
  kind: 'Subscription';
  primary: FetchNode;
  rest?: PlanNode | undefined;
}

/** One request to a subgraph: for root fields, or with `requires` for entities by `_entities(representations:)`. */
export interface FetchNode {
  kind: 'Fetch';
  serviceName: string;
  /** Names this fetch for the deferred parts that depend on it. */
  id?: string | undefined;
  hasDefers?: boolean | undefined;
  /** The client's variables that the fetch needs, without the `$`. */
  variableUsages?: string[] | undefined;
  /** What a representation of an entity is made of. */
  requires?: RequiredSelection[] | undefined;
  /** The document that is sent, with only one operation in it. */
  operation: string;
  operationName?: string | undefined;
  operationKind: OperationTypeNode;
  /** Applied to each representation before it is sent. */
  inputRewrites?: DataRewrite[] | undefined;
  /** Applied to what came back, before it is merged. */
  outputRewrites?: DataRewrite[] | undefined;
  /** Values of the tree above that are sent as variables (`@fromContext`). */
  contextRewrites?: KeyRenamer[] | undefined;
}

/** A step of a path is a response key, or `... on Type` to go on only where the object is of that type. */
export type DataRewrite = ValueSetter | KeyRenamer;

export interface ValueSetter {
  kind: 'ValueSetter';
  path: string[];
  setValueTo: unknown;
}

export interface KeyRenamer {
  kind: 'KeyRenamer';
  path: string[];
  renameKeyTo: string;
}

/** Runs a node on the objects that are found at a path of the answer. */
export interface FlattenNode {
  kind: 'Flatten';
  /** Response keys; `@` stands for every element of a list; `|[A,B]` after either keeps only objects of these types. */
  path: (string | number)[];
  node: PlanNode;
}

/** The primary part is answered at once, each deferred part when what it depends on has come. */
export interface DeferNode {
  kind: 'Defer';
  primary: { subselection?: string | undefined; node?: PlanNode | undefined };
  deferred: DeferredNode[];
}

export interface DeferredNode {
  depends: { id: string; deferLabel?: string | undefined }[];
  label?: string | undefined;
  queryPath: string[];
  subselection?: string | undefined;
  node?: PlanNode | undefined;
}

/** Runs one of its clauses, by the value of a Boolean variable. */
export interface ConditionNode {
  kind: 'Condition';
  /** The variable's name, without the `$`. */
  condition: string;
  ifClause?: PlanNode | undefined;
  elseClause?: PlanNode | undefined;
}

/** Apollo's planner has `selections: undefined` on leaves; Hive's leaves it away. */
export type RequiredSelection = RequiredField | RequiredFragment;

export interface RequiredField {
  kind: 'Field';
  alias?: string | undefined;
  name: string;
  selections?: RequiredSelection[] | undefined;
}

export interface RequiredFragment {
  kind: 'InlineFragment';
  typeCondition?: string | undefined;
  selections: RequiredSelection[];
}
