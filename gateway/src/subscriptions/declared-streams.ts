import type { Supergraph } from '../supergraph/supergraph.ts';
import type { EventSource } from './event-source.ts';

/** Says which of the streams that the supergraph declares do not exist. */
export interface DeclaredStreams {
  /** Null for ever once all have been there: a stream missing at start is a deployment's mistake. */
  missingAtStart(): Promise<string | null>;
  /** One that is lost later, or comes with another supergraph, is an outage, and no reason to stop serving all else. */
  missingLater(): Promise<string | null>;
}

export function declaredStreams(
  supergraph: () => Supergraph,
  source: Pick<EventSource, 'hasStream' | 'outage'>,
): DeclaredStreams {
  let isStarted = false;

  async function missing(): Promise<string | null> {
    const declared = new Set([...supergraph().eventStreams.values()].map(({ stream }) => stream));
    for (const stream of declared) {
      if (!(await source.hasStream(stream))) return `the stream ${stream} does not exist`;
    }
    return null;
  }

  return {
    async missingAtStart() {
      if (isStarted) return null;
      const reason = await missing();
      isStarted = reason === null;
      return reason;
    },
    // While the broker is away, that is what is to be said.
    missingLater: async () => (isStarted && source.outage() === null ? missing() : null),
  };
}
