import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type ClientNames, clientPath } from '../planning/client-names.ts';
import type { ResponseShape } from './response-shape.ts';
import type { Path } from './tree/data.ts';

interface PathNode {
  isEnd: boolean;
  next: Map<string | number, PathNode>;
}

/** An error of a field that only the plan asked for, such as a key. */
interface PlanError {
  path: Path;
  error: GraphQLFormattedError;
  subgraph: string;
  /** It has been told at the fields that could not be fetched for want of this one. */
  isTold: boolean;
}

/** The errors of one execution, each at a path of the client's. */
export class FieldErrors {
  readonly #shape: ResponseShape;
  readonly #clientNames: ClientNames;
  readonly #found = new Map<string, GraphQLError>();
  readonly #ofPlan: PlanError[] = [];
  readonly #explained: PathNode = { isEnd: false, next: new Map() };

  constructor({ shape, clientNames }: { shape: ResponseShape; clientNames: ClientNames }) {
    this.#shape = shape;
    this.#clientNames = clientNames;
  }

  add(path: Path, error: GraphQLFormattedError, subgraph: string): void {
    const asked = this.#shape.cut(path);
    this.explain(asked);
    if (asked.length < path.length) this.#ofPlan.push({ path, error, subgraph, isTold: false });
    else this.#tell(path, error.message, { ...error.extensions, serviceName: subgraph });
  }

  /** Whether something has failed that a plan needs for its later fetches. */
  get hasPlanErrors(): boolean {
    return this.#ofPlan.length > 0;
  }

  /** These fields of an object were not fetched, since it lacks what an earlier fetch should have brought. */
  addLost(place: Path, keys: readonly string[]): void {
    const reasons = this.#ofPlan.filter(({ path }) => place.every((key, i) => path[i] === key));
    for (const reason of reasons) reason.isTold = true;
    const [first] = reasons;
    if (first) for (const key of keys) this.add([...place, key], first.error, first.subgraph);
  }

  /** Marks what is missing here as told already. */
  explain(path: Path): void {
    let node = this.#explained;
    for (const key of path) {
      const next: PathNode = node.next.get(key) ?? { isEnd: false, next: new Map() };
      node.next.set(key, next);
      node = next;
    }
    node.isEnd = true;
  }

  /** A null where the schema promises a value; it is no news where an error has been told at, above or below it. */
  addMissing(path: Path, message: string): void {
    if (this.#isExplained(path)) return;
    this.explain(path);
    this.#tell(path, message, { code: 'INTERNAL_SERVER_ERROR' });
  }

  all(): GraphQLError[] {
    for (const { path, error, subgraph, isTold } of this.#ofPlan) {
      // No field of the client's is to blame: it is told at the nearest object that the client asked for.
      if (!isTold) this.#tell(this.#shape.cut(path), error.message, { ...error.extensions, serviceName: subgraph });
    }
    return [...this.#found.values()];
  }

  #tell(path: Path, message: string, extensions: Record<string, unknown>): void {
    const key = JSON.stringify([path, message]);
    if (this.#found.has(key)) return;
    this.#found.set(key, new GraphQLError(message, { path: clientPath(path, this.#clientNames), extensions }));
  }

  #isExplained(path: Path): boolean {
    let node: PathNode | undefined = this.#explained;
    for (const key of path) {
      if (node.isEnd) return true;
      node = node.next.get(key);
      if (node === undefined) return false;
    }
    return true;
  }
}
