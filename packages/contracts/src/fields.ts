import { z } from 'zod';

/** The pieces all contracts are made of. */
export const id = z.string().min(1).max(36);
/** ISO 8601, in UTC. */
export const time = z.iso.datetime();
/** In minor units; KRW has none, so 1 = 1 won. */
export const amount = z.int().nonnegative();
/** Units of one product. */
export const quantity = z.int().positive();
/** ISO 4217. */
export const currencyCode = z.enum(['KRW', 'USD']);
/** From now; a hold past it is settled as its order ended. */
export const expiresInSeconds = z.int().positive().max(86_400);
