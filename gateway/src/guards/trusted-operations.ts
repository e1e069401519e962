import { BoundedMap } from '@shop/kernel';
import { ConfigError, type Logger, reasonOf, startPeriodic } from '@shop/service-kit';
import { stripIgnoredCharacters } from 'graphql';
import { readOperations, sha256, stampOf, type TrustedOperation } from './operation-manifest.ts';
import type { Refusal } from './refusal.ts';

/** `off` knows of none, `report` counts and logs what is not trusted and lets it pass, `enforce` refuses it. */
export type TrustMode = 'off' | 'report' | 'enforce';

/** What a request says of the document it wants to run; GET sends the same in its query. */
export interface DocumentRequest {
  query?: unknown;
  /** As GraphQL over HTTP calls the id of a known document. */
  documentId?: unknown;
  /** As Apollo's clients send it. */
  extensions?: unknown;
}

export interface TrustedOperations {
  /** The text a client meant by an id; null when it sent none, or one that is not known. */
  textOf(request: DocumentRequest): string | null;
  /** Judges a text, or null for an id that nobody knows. */
  refuse(text: string | null): Refusal | null;
  /** All of them, for whoever wants to prepare for them. */
  all(): readonly TrustedOperation[];
  /** Why the newest list is not the one that is trusted. */
  refusal(): string | null;
  close(): Promise<void>;
}

export interface TrustedOperationsOptions {
  mode: TrustMode;
  /** A manifest or a folder; looked at again every second. */
  path: string | null;
  log: Logger;
  /** Told of every operation that is not trusted and passes all the same. */
  onReport(): void;
}

const POLL_MS = 1_000;
const REMEMBERED_TEXTS = 2_000;
const LOGGED_CHARACTERS = 500;

/**
 * TRUSTED_OPERATIONS, TRUSTED_OPERATIONS_PATH: with `enforce` only the operations clients were built with are run, however
 * they are spaced and commented. A list that cannot be read is refused and the one before it goes on; at start it throws
 * ConfigError.
 */
export async function openTrustedOperations(options: TrustedOperationsOptions): Promise<TrustedOperations> {
  const { mode, path, log, onReport } = options;
  if (mode === 'off' || path === null) return none;
  const reported = new BoundedMap<string, true>(REMEMBERED_TEXTS);
  let stamp = '';
  let refusal: string | null = null;
  let list = await read(path).catch((error: unknown) => {
    throw new ConfigError(`TRUSTED_OPERATIONS_PATH: ${path} holds no operations: ${reasonOf(error)}`);
  });

  async function read(from: string): Promise<TrustedList> {
    stamp = await stampOf(from);
    return trustedList(await readOperations(from));
  }

  const polling = startPeriodic({
    name: 'read-trusted-operations',
    everyMs: POLL_MS,
    log,
    async work() {
      try {
        if ((await stampOf(path)) === stamp) return;
        list = await read(path);
        refusal = null;
        log.info({ operations: list.operations.length }, 'Trusting a new list of operations.');
      } catch (error) {
        refusal = `the list cannot be read, the one before it goes on: ${reasonOf(error)}`;
        throw error;
      }
    },
  });

  return {
    textOf: (request) => {
      const id = idIn(request);
      return id === null ? null : (list.byId.get(id) ?? null);
    },
    refuse(text) {
      if (text !== null && list.holds(text)) return null;
      if (mode === 'enforce') return notTrusted;
      if (text !== null && !reported.get(text))
        log.warn(
          { document: text.slice(0, LOGGED_CHARACTERS) },
          'An operation is not trusted; it is run all the same.',
        );
      if (text !== null) reported.set(text, true);
      onReport();
      return null;
    },
    all: () => list.operations,
    refusal: () => refusal,
    close: () => polling.close(),
  };
}

const none: TrustedOperations = {
  textOf: () => null,
  refuse: () => null,
  all: () => [],
  refusal: () => null,
  close: async () => undefined,
};

/** One code for an unknown text and an unknown id: a client that may not register texts has no use for trying again with one. */
const notTrusted: Refusal = {
  guard: 'trusted-operations',
  code: 'OPERATION_NOT_TRUSTED',
  message: 'This operation is not one of those that are run here.',
};

interface TrustedList {
  operations: readonly TrustedOperation[];
  byId: ReadonlyMap<string, string>;
  holds(text: string): boolean;
}

function trustedList(operations: readonly TrustedOperation[]): TrustedList {
  const hashes = new Set(operations.map(({ body }) => sha256(stripIgnoredCharacters(body))));
  const judged = new BoundedMap<string, boolean>(REMEMBERED_TEXTS);
  return {
    operations,
    // The list's own ids win, whatever else they look like.
    byId: new Map([
      ...operations.map(({ body }) => [sha256(body), body] as const),
      ...operations.map(({ id, body }) => [id, body] as const),
    ]),
    holds(text) {
      const known = judged.get(text);
      if (known !== undefined) return known;
      const isTrusted = hashes.has(sha256(stripped(text)));
      judged.set(text, isTrusted);
      return isTrusted;
    },
  };
}

function stripped(text: string): string {
  try {
    return stripIgnoredCharacters(text);
  } catch {
    return text;
  }
}

/** The id a client sent in place of a text, in either spelling. */
function idIn({ documentId, extensions }: DocumentRequest): string | null {
  if (typeof documentId === 'string') return documentId.replace(/^sha256:/, '');
  const { persistedQuery } = isRecord(extensions) ? extensions : {};
  const { sha256Hash } = isRecord(persistedQuery) ? persistedQuery : {};
  return typeof sha256Hash === 'string' ? sha256Hash : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
