import { Refusal } from '@shop/kernel';

export type PointEntryKind = 'CHARGE' | 'SPEND' | 'REFUND';

/** A posted transfer as the user it touches sees it. `amount` is positive; the kind says which way it went. */
export class PointEntry {
  id!: string;
  userId!: string;
  /** 1, 2, 3, … within the account, in the order the balance changed. */
  sequence!: number;
  kind!: PointEntryKind;
  amount!: number;
  balanceAfter!: number;
  orderId!: string | null;
  occurredAt!: Date;
}

export type ChargePointsErrorCode = 'AMOUNT_OUT_OF_RANGE' | 'BALANCE_LIMIT_EXCEEDED';

const CHARGE_MAX = 10_000_000;
/** Holds for charges alone: a refund is never turned away. */
export const BALANCE_MAX = 1_000_000_000;

/** Throws a Refusal for an amount that nobody may charge. */
export function mustBeChargeable(amount: number): void {
  if (Number.isSafeInteger(amount) && amount >= 1 && amount <= CHARGE_MAX) return;
  throw chargeRefused('AMOUNT_OUT_OF_RANGE');
}

export function chargeRefused(code: ChargePointsErrorCode): Refusal<ChargePointsErrorCode> {
  const message =
    code === 'AMOUNT_OUT_OF_RANGE'
      ? `Between 1 and ${CHARGE_MAX} points can be charged at a time.`
      : `The balance may not exceed ${BALANCE_MAX} points.`;
  return new Refusal({ code, message, path: ['input', 'amount'] });
}
