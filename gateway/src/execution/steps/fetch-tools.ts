import type { GraphQLFormattedError } from 'graphql';
import type { Merge } from '../tree/merge.ts';
import type { TypeFacts } from '../tree/type-facts.ts';

/** What all fetches of one compiled operation use. */
export interface FetchTools {
  types: TypeFacts;
  merge: Merge;
  /** Whether equal entities may become one object; not where one gets other values at another place (`@fromContext`). */
  sharesObjects: boolean;
}

/** For an answer that is GraphQL in form and holds nothing. */
export const noAnswerToUse: GraphQLFormattedError = {
  message: 'A subgraph answered without data and without errors.',
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
};
