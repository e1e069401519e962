import type { Entry, Told } from './journal.ts';

/** What was answered in different ways under the same key. */
export function lies(entries: readonly Entry[]): Entry[] {
  return entries.filter(({ mutation, told }) =>
    mutation === 'issueCoupon' ? !isSteadyCoupon(told) : new Set(told.map(essenceOf)).size > 1,
  );
}

/** Who is refused a coupon may get one later; who has got it has it. */
function isSteadyCoupon(told: readonly Told[]): boolean {
  const first = told.findIndex(({ coupon }) => coupon !== null);
  return first < 0 || told.slice(first).every(({ coupon }) => coupon?.id === told[first]?.coupon?.id);
}

/** Without the status: an order may be cancelled between two answers. */
function essenceOf({ order, entry, userErrors }: Told): string {
  return JSON.stringify([order && [order.id, order.total, order.lines], entry?.id, userErrors]);
}
