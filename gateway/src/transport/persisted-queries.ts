import { BoundedMap } from '@shop/kernel';
import type { RedisConnection } from '@shop/redis';
import type { Logger, OperationParams } from '@shop/service-kit';
import { GraphQLError } from 'graphql';
import { badRequest, withHead } from '../errors/http-head.ts';
import { sha256 } from '../guards/operation-manifest.ts';

/** Automatic persisted queries: a client sends a text once with its hash, and from then on the hash alone. */
export interface PersistedQueries {
  /** The text to run, null for none and for a hash nobody knows. Rejects for a hash that is not the text's. */
  textOf(params: OperationParams): string | null | Promise<string | null>;
  /** What a client is told for whom there is no text. */
  missing(params: OperationParams): GraphQLError;
  /** Remembers a text that was sent together with its hash; for operations that were found to be valid. */
  remember(params: OperationParams): void;
}

export interface PersistedQueriesOptions {
  /** How much of them this process keeps; none are taken with 0. */
  maxBytes: number;
  /** Where all gateways keep them; null where there is none. */
  redis: RedisConnection | null;
  log: Logger;
}

const ONE_DAY_SECONDS = 86_400;
const KEY = 'gateway:apq:';
const BYTES_PER_ENTRY = 300;
const NO_TEXT = 'GraphQL operations must contain a non-empty `query` or a `persistedQuery` extension.';

/** https://www.apollographql.com/docs/apollo-server/performance/apq */
export function createPersistedQueries({ maxBytes, redis, log }: PersistedQueriesOptions): PersistedQueries {
  const texts = new BoundedMap<string, string>(maxBytes, { weigh: (text) => BYTES_PER_ENTRY + 2 * text.length });

  /** Without Redis a client sends its text once more. */
  async function find(hash: string): Promise<string | null> {
    const text = await redis?.get(KEY + hash).catch(() => null);
    // Anybody may write there: what is not the hash's text is none.
    if (!text || sha256(text) !== hash) return null;
    texts.set(hash, text);
    return text;
  }

  return {
    textOf(params) {
      const asked = persistedQueryIn(params);
      if (asked === null || maxBytes === 0) return params.text;
      const { hash, version } = asked;
      if (version !== 1) throw badRequest('Unsupported persisted query version');
      const known = texts.get(hash) ?? null;
      if (params.text === null) return known ?? find(hash);
      if (known !== params.text && sha256(params.text) !== hash) {
        throw badRequest('provided sha does not match query');
      }
      return params.text;
    },
    missing(params) {
      if (persistedQueryIn(params) === null) return badRequest(NO_TEXT);
      return maxBytes === 0
        ? unknownText('PersistedQueryNotSupported', 'PERSISTED_QUERY_NOT_SUPPORTED')
        : unknownText('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND');
    },
    remember(params) {
      const asked = persistedQueryIn(params);
      const { text } = params;
      if (asked === null || text === null || maxBytes === 0 || texts.get(asked.hash) === text) return;
      texts.set(asked.hash, text);
      redis
        ?.set(KEY + asked.hash, text, 'EX', ONE_DAY_SECONDS)
        .catch((error: unknown) => log.debug({ err: error }, 'A persisted query was not stored.'));
    },
  };
}

function persistedQueryIn({ extensions }: OperationParams): { version: unknown; hash: string } | null {
  const asked = extensions?.persistedQuery;
  if (typeof asked !== 'object' || asked === null) return null;
  const { version, sha256Hash } = asked as { version?: unknown; sha256Hash?: unknown };
  return { version, hash: typeof sha256Hash === 'string' ? sha256Hash : '' };
}

/** A client reads the code and sends its text; nothing in between may keep the answer. */
function unknownText(message: string, code: string): GraphQLError {
  const headers = { 'cache-control': 'private, no-cache, must-revalidate' };
  return withHead(new GraphQLError(message, { extensions: { code } }), { status: 200, headers });
}
