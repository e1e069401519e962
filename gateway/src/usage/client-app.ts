/** Names that are longer say no more, and would let a client fill our memory. */
const NAME_CHARACTERS = 64;
const VERSION_CHARACTERS = 32;

/**
 * The program that asks, as it calls itself in the headers of Apollo's clients
 * (https://www.apollographql.com/docs/graphos/platform/insights/client-segmentation): its name, a line break, its version.
 */
export function clientAppOf(headers: Readonly<Record<string, unknown>>): string {
  const name = text(headers['apollographql-client-name'], NAME_CHARACTERS);
  return `${name}\n${text(headers['apollographql-client-version'], VERSION_CHARACTERS)}`;
}

/** Browsers cannot set headers on a WebSocket: the same names may come in `connection_init`, as they are or in its `headers`. */
export function socketAppOf(
  params: Readonly<Record<string, unknown>> | undefined,
  headers: Readonly<Record<string, unknown>>,
): string {
  const given = params?.headers;
  const app = clientAppOf({ ...headers, ...(typeof given === 'object' && given), ...params });
  // Half a character, which headers cannot hold: a script in Redis fails over it, and nothing more would be recorded.
  return app.replaceAll(/\p{Surrogate}/gu, '\ufffd');
}

/** Who says nothing. */
export const NO_APP = '\n';

function text(value: unknown, characters: number): string {
  return typeof value === 'string' ? value.slice(0, characters).replaceAll('\n', ' ') : '';
}
