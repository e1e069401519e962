import { type SupergraphFileSettings, supergraphFile } from './supergraph-file.ts';
import { type SupergraphUrlSettings, supergraphUrl } from './supergraph-url.ts';

/** Where supergraphs come from. */
export interface SupergraphSource {
  /** For messages. */
  name: string;
  /** Whether to wait for the first one, which may come later. */
  waits: boolean;
  /** The text, or null when it is the one of the last look. Rejects when it cannot be had. */
  look(signal: AbortSignal): Promise<string | null>;
  /** How long to wait before the next look, after so many failures in a row. */
  pauseMs(failures: number): number;
}

export type SupergraphSettings = SupergraphFileSettings | SupergraphUrlSettings;

export function supergraphSource(settings: SupergraphSettings): SupergraphSource {
  return 'path' in settings ? supergraphFile(settings) : supergraphUrl(settings);
}
