import { Refusal, type UserError } from '@shop/kernel';

/** What every payload of a mutation has. */
export interface Payload {
  userErrors: UserError[];
}

/**
 * Runs a mutation and wraps its outcome: the changed object, or the userErrors of a Refusal, never both. Everything
 * else that is thrown goes on to become a GraphQL error.
 */
export async function payloadOf<P extends Payload>(
  payload: new () => P,
  mutate: () => Promise<Omit<P, 'userErrors'>>,
): Promise<P> {
  try {
    return Object.assign(new payload(), await mutate(), { userErrors: [] });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return Object.assign(new payload(), { userErrors: [...error.userErrors] });
  }
}
