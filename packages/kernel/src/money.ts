/** ISO 4217; the shop counts in won. */
export type CurrencyCode = 'KRW' | 'USD';

/** An amount in the minor unit of its currency (KRW has none, so 1 = 1 won). */
export interface Money {
  amount: number;
  currencyCode: CurrencyCode;
}

/** Makes an amount in the shop's currency. Throws RangeError unless it is a safe integer. */
export function won(amount: number): Money {
  if (!Number.isSafeInteger(amount)) throw new RangeError(`${amount} is not an amount of money.`);
  return { amount, currencyCode: 'KRW' };
}
