import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type ClientNames, clientPath } from '../planning/client-names.ts';
import type { ResponseShape } from './response-shape.ts';
import type { Path } from './tree/data.ts';

interface PathNode {
  isEnd: boolean;
  next: Map<string | number, PathNode>;
}

interface FetchError {
  path: Path;
  error: GraphQLFormattedError;
  subgraph: string;
  /**
   * It has been told at its field, or at those that could not be fetched for want of it: some fields only the plan asked
   * for, such as keys.
   */
  isTold: boolean;
}

/** The errors of one execution, each at a path of the client's. */
export class FieldErrors {
  readonly #shape: ResponseShape;
  readonly #clientNames: ClientNames;
  readonly #found = new Map<string, GraphQLError>();
  readonly #ofFetches: FetchError[] = [];
  readonly #explained: PathNode = { isEnd: false, next: new Map() };

  constructor({ shape, clientNames }: { shape: ResponseShape; clientNames: ClientNames }) {
    this.#shape = shape;
    this.#clientNames = clientNames;
  }

  add(path: Path, error: GraphQLFormattedError, subgraph: string): void {
    const asked = this.#shape.cut(path);
    this.explain(asked);
    const isTold = asked.length === path.length;
    this.#ofFetches.push({ path, error, subgraph, isTold });
    if (isTold) this.#tell(path, error.message, { ...error.extensions, serviceName: subgraph });
  }

  /** Whether a fetch has failed, or a part of one. */
  get hasFetchErrors(): boolean {
    return this.#ofFetches.length > 0;
  }

  /** These fields of an object were not fetched, since it lacks some of the needed ones, which an earlier fetch owed. */
  addLost(place: Path, keys: readonly string[], needed: ReadonlySet<string>): void {
    const reasons = this.#ofFetches.filter(
      ({ path }) => needed.has(String(path[place.length])) && place.every((key, i) => path[i] === key),
    );
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

  /** An object cannot be shown since its type is not known; that of fields in it, which may be null, is told besides. */
  addUntyped(path: Path, message: string): void {
    if (this.#isExplained(path, { below: false })) return;
    this.explain(path);
    const reason = this.#ofFetches.find(({ path: failed }) => path.every((key, i) => failed[i] === key));
    if (reason) this.#tell(path, reason.error.message, { ...reason.error.extensions, serviceName: reason.subgraph });
    else this.#tell(path, message, { code: 'INTERNAL_SERVER_ERROR' });
  }

  all(): GraphQLError[] {
    for (const { path, error, subgraph, isTold } of this.#ofFetches) {
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

  #isExplained(path: Path, { below } = { below: true }): boolean {
    let node: PathNode | undefined = this.#explained;
    for (const key of path) {
      if (node.isEnd) return true;
      node = node.next.get(key);
      if (node === undefined) return false;
    }
    return below || node.isEnd;
  }
}
