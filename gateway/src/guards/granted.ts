import { GraphQLError } from 'graphql';
import type { Requirement } from './access-rules.ts';

/** Who asks, as far as the rules of a supergraph can tell. */
export interface Grantee {
  /** Null for an anonymous viewer, and where no keys are configured to verify a token with. */
  viewerId: string | null;
  scopes: readonly string[];
}

/** Says which of these policies hold for a viewer, as often as an operation asks; it may look at something remote. */
export type DecidePolicies = (policies: readonly string[], viewer: Grantee) => Promise<Iterable<string>>;

/** Without anybody to decide, no policy holds. */
export const noPolicies: DecidePolicies = async () => [];

/**
 * Which requirements a viewer meets, in their order. Scopes are the token's (`scope`, separated by spaces, or `scp`);
 * policies are decided by a function the gateway is started with.
 */
export async function requirementsMet(
  requirements: readonly Requirement[],
  viewer: Grantee,
  decide: DecidePolicies,
): Promise<boolean[]> {
  const asked = requirements.flatMap(({ kind, ...rest }) => (kind === 'policies' && 'anyOf' in rest ? rest.anyOf : []));
  const policies = new Set(asked.length === 0 ? [] : await decide([...new Set(asked.flat())], viewer));
  const scopes = new Set(viewer.viewerId === null ? [] : viewer.scopes);
  return requirements.map((requirement) => {
    if (requirement.kind === 'authenticated') return viewer.viewerId !== null;
    const held = requirement.kind === 'scopes' ? scopes : policies;
    return requirement.anyOf.some((all) => all.every((name) => held.has(name)));
  });
}

/** The error of a refused field: somebody who is not known yet is asked to sign in. */
export function refusedAt(path: readonly (string | number)[], { viewerId }: Grantee): GraphQLError {
  return viewerId === null
    ? new GraphQLError('Sign in to read this.', { path, extensions: { code: 'UNAUTHENTICATED' } })
    : new GraphQLError('You may not read this.', { path, extensions: { code: 'FORBIDDEN' } });
}
