import { z } from 'zod';
import type { CouponEvent } from '../domain/coupon-event.ts';

const time = z.coerce.number().transform((ms) => new Date(ms));

/** What issuing has to know of an event before it reaches the table; never a count, which would be old at once. */
export const issueTermsSchema = z.object({
  id: z.string(),
  codePrefix: z.string(),
  startsAt: time,
  endsAt: time,
  endedAt: z.union([z.literal('').transform(() => null), time]),
  maxPerUser: z.coerce.number().int(),
  discountType: z.enum(['PERCENTAGE', 'FIXED']),
  discountValue: z.coerce.number().int(),
  minPurchaseAmount: z.coerce.number().int(),
  validDays: z.coerce.number().int(),
  generation: z.coerce.number().int(),
});

export type IssueTerms = z.output<typeof issueTermsSchema>;

export function termsOf(event: CouponEvent): IssueTerms {
  const { id, codePrefix, startsAt, endsAt, endedAt, maxPerUser } = event;
  const { discountType, discountValue, minPurchaseAmount, validDays, generation } = event;
  return {
    ...{ id, codePrefix, startsAt, endsAt, endedAt, maxPerUser },
    ...{ discountType, discountValue, minPurchaseAmount, validDays, generation },
  };
}

/** The fields of `event:{id}:info`, as `issueTermsSchema` reads them again. */
export function infoOf(terms: IssueTerms): string[] {
  return Object.entries(terms).flatMap(([field, value]) => {
    if (value instanceof Date) return [field, String(value.getTime())];
    return [field, value === null ? '' : String(value)];
  });
}
