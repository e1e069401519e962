import { z } from 'zod';

/** The pieces all contracts are made of. */
export const id = z.string().min(1).max(36);
export const time = z.iso.datetime();
/** In minor units; KRW has none, so 1 = 1 won. */
export const amount = z.int().nonnegative();
export const quantity = z.int().positive();
export const currencyCode = z.enum(['KRW', 'USD']);
export const expiresInSeconds = z.int().positive().max(86_400);
