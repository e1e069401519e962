import { type Finding, placeText, type Section } from '../report/report.ts';
import type { CompositionError, Hint } from './compose.ts';

/** What does not fit together, each with its places in the subgraphs. */
export function compositionFailed({ problems }: CompositionError): Section {
  return {
    title: 'Composition',
    summary: 'the subgraphs do not compose, so nothing more could be compared.',
    findings: problems.map(({ code, message, places }): Finding => {
      const [place] = places;
      return {
        level: 'error',
        rule: code,
        message: message.replaceAll(/\s*\n\s*/g, ' '),
        details: places.length > 1 ? [`see ${places.map(placeText).join(', ')}`] : [],
        ...(place && { place }),
      };
    }),
  };
}

/** What composes, but was probably not meant so. */
export function compositionHints(hints: readonly Hint[]): Section {
  return {
    title: 'Composition',
    summary: hints.length === 0 ? 'the subgraphs compose.' : `the subgraphs compose, with ${hints.length} hints.`,
    findings: hints.map(({ code, message }): Finding => ({ level: 'notice', rule: code, message })),
  };
}
