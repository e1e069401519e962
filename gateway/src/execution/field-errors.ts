import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { type ClientNames, clientPath } from '../planning/client-names.ts';
import type { ResponseShape } from './response-shape.ts';
import type { Path } from './tree/data.ts';

interface PathNode {
  isEnd: boolean;
  next: Map<string | number, PathNode>;
}

/** The errors of one execution, each at a path of the client's. */
export class FieldErrors {
  readonly #shape: ResponseShape;
  readonly #clientNames: ClientNames;
  readonly #found = new Map<string, GraphQLError>();
  readonly #explained: PathNode = { isEnd: false, next: new Map() };

  constructor({ shape, clientNames }: { shape: ResponseShape; clientNames: ClientNames }) {
    this.#shape = shape;
    this.#clientNames = clientNames;
  }

  /** An error of a field the client did not ask for, such as a key, is told at the nearest object it did ask for. */
  add(path: Path, { message, extensions }: GraphQLFormattedError, subgraph: string): void {
    const askedPath = this.#shape.cut(path);
    this.explain(askedPath);
    this.#tell(askedPath, message, { ...extensions, serviceName: subgraph });
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
