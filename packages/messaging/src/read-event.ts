import type { EventDefinition, EventOf } from './define-event.ts';
import { parseEnvelope } from './envelope.ts';

/**
 * Reads one of the expected events from what came on a wire subject; null when it is none of them. Throws when it says
 * it is one and breaks the contract.
 */
export function readEvent<D extends EventDefinition>(
  events: readonly D[],
  wireSubject: string,
  json: string,
): EventOf<D> | null {
  const type = wireSubject.slice(0, wireSubject.lastIndexOf('.'));
  const definition = events.find((event) => event.type === type);
  if (definition === undefined) return null;
  const envelope = parseEnvelope(json);
  if (envelope.type !== type)
    throw new Error(`An event of type ${JSON.stringify(envelope.type)} came on ${wireSubject}.`);
  return { ...envelope, data: definition.data.parse(envelope.data) } as EventOf<D>;
}
