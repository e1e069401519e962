import { type AskedOperation, isJsonObject, type OperationParams, operationParams } from '@shop/service-kit';
import type { Client, Door } from '../guards/door.ts';
import type { PersistedQueries } from './persisted-queries.ts';

/** An operation whose text was found and let in; nobody has parsed it. */
export interface AdmittedText extends OperationParams {
  text: string;
  /** To be called once the operation is known to be valid and let in. */
  onAdmitted(): void;
}

/**
 * Finds the text of an operation, by an id of a trusted operation or the hash of one that was sent before, and has the door
 * look at it. Throws, or rejects with, a GraphQLError.
 */
export type AdmitText = (asked: AskedOperation, client: Client) => AdmittedText | Promise<AdmittedText>;

export function createAdmitText(
  door: Pick<Door, 'trustedText' | 'admitDocument'>,
  persisted: PersistedQueries,
): AdmitText {
  return (asked, client) => {
    const trusted = door.trustedText(asked);
    const params = operationParams(trusted === null ? asked : withText(asked, trusted));
    const text = persisted.textOf(params);
    return text instanceof Promise
      ? text.then((found) => admitted(params, found, client))
      : admitted(params, text, client);
  };

  function admitted(params: OperationParams, text: string | null, client: Client): AdmittedText {
    door.admitDocument(text, params.variables, client);
    if (text === null) throw persisted.missing(params);
    return { ...params, text, onAdmitted: () => persisted.remember(params) };
  }
}

/** The same operation with the text its id stands for; an id of Apollo's kind is taken out, as it need not be the text's hash. */
function withText(asked: AskedOperation, query: string): AskedOperation {
  if (!isJsonObject(asked.extensions)) return { ...asked, query };
  const { persistedQuery: _, ...extensions } = asked.extensions;
  return { ...asked, query, extensions };
}
