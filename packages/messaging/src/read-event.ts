import type { EventDefinition, EventOf } from './define-event.ts';
import { parseEnvelope } from './envelope.ts';

/** Reads one of the expected events from its JSON. Throws when it is none of them or its data break the contract. */
export function readEvent<D extends EventDefinition>(events: readonly D[], json: string): EventOf<D> {
  const envelope = parseEnvelope(json);
  const definition = events.find((event) => event.type === envelope.type);
  if (definition === undefined) throw new Error(`No event of type ${JSON.stringify(envelope.type)} is expected here.`);
  return { ...envelope, data: definition.data.parse(envelope.data) } as EventOf<D>;
}
