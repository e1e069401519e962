import { BadUserInput, Refusal, type UserError } from '@shop/kernel';
import type { CouponEvent } from './coupon-event.ts';
import type { DiscountType } from './discount.ts';

export type CouponEventInputErrorCode =
  | 'TITLE_INVALID'
  | 'COUNT_INVALID'
  | 'WINDOW_INVALID'
  | 'DISCOUNT_INVALID'
  | 'CODE_PREFIX_INVALID'
  | 'COUPON_EVENT_NOT_FOUND'
  | 'COUNT_BELOW_ISSUED';

/** What an ADMIN decides about a new event. */
export interface CouponEventPlan {
  title: string;
  description: string | null;
  codePrefix: string;
  totalCount: number;
  startsAt: Date;
  endsAt: Date;
  maxPerUser: number;
  discountType: DiscountType;
  discountValue: number;
  minPurchaseAmount: number;
  validDays: number;
}

/** What an ADMIN may change later; what is absent stays. */
export interface CouponEventChanges {
  title?: string;
  description?: string | null;
  totalCount?: number;
  endsAt?: Date;
  ended?: boolean;
}

type Problem = UserError<CouponEventInputErrorCode>;

const TITLE_LENGTH = 255;
const DESCRIPTION_LENGTH = 10_000;
const COUNT = { min: 1, max: 10_000_000 };
const PER_USER = { min: 1, max: 1_000 };
const PERCENT = { min: 1, max: 100 };
const AMOUNT = { min: 1, max: 1_000_000_000 };
const VALID_DAYS = { min: 1, max: 3_650 };
// A time outside is a slip of the hand, and DATETIME ends with the year 9999.
const YEARS = { min: 1970, max: 9000 };

/** Throws a Refusal with every problem of the plan at once, or BadUserInput for a description without end. */
export function assertPlan(plan: CouponEventPlan): void {
  assertDescription(plan.description);
  const discount = plan.discountType === 'PERCENTAGE' ? PERCENT : AMOUNT;
  refuse([
    ...titleProblems(plan.title),
    ...(/^[A-Z0-9]{1,20}$/.test(plan.codePrefix)
      ? []
      : [problem('CODE_PREFIX_INVALID', 'codePrefix', 'must be 1 to 20 capital letters and digits')]),
    ...range('COUNT_INVALID', 'totalCount', plan.totalCount, COUNT),
    ...range('COUNT_INVALID', 'maxPerUser', plan.maxPerUser, PER_USER),
    ...windowProblems(plan.startsAt, plan.endsAt),
    ...range('WINDOW_INVALID', 'validDays', plan.validDays, VALID_DAYS),
    ...range('DISCOUNT_INVALID', 'discountValue', plan.discountValue, discount),
    ...range('DISCOUNT_INVALID', 'minPurchaseAmount', plan.minPurchaseAmount, { ...AMOUNT, min: 0 }),
  ]);
}

/** Throws a Refusal with every problem of the edit at once, or BadUserInput for a description without end. */
export function assertChanges(event: CouponEvent, changes: CouponEventChanges): void {
  const { title, description, totalCount, endsAt, ended } = changes;
  assertDescription(description);
  refuse([
    ...(title === undefined ? [] : titleProblems(title)),
    ...(totalCount === undefined ? [] : totalProblems(event, totalCount)),
    ...(endsAt === undefined ? [] : windowProblems(event.startsAt, endsAt)),
    ...(ended === false && event.endedAt !== null
      ? [problem('WINDOW_INVALID', 'ended', 'cannot be taken back: the event was ended for good')]
      : []),
  ]);
}

/** The refusal of an edit of an event that is not there. */
export function couponEventMissing(): Refusal<CouponEventInputErrorCode> {
  return new Refusal([problem('COUPON_EVENT_NOT_FOUND', 'id', 'names no coupon event')]);
}

function totalProblems(event: CouponEvent, totalCount: number): Problem[] {
  const outside = range('COUNT_INVALID', 'totalCount', totalCount, COUNT);
  if (outside.length > 0 || totalCount >= event.issuedCount) return outside;
  return [problem('COUNT_BELOW_ISSUED', 'totalCount', `must not be below the ${event.issuedCount} already issued`)];
}

function titleProblems(title: string): Problem[] {
  const fits = title.trim() !== '' && [...title].length <= TITLE_LENGTH;
  return fits ? [] : [problem('TITLE_INVALID', 'title', `must be 1 to ${TITLE_LENGTH} characters, not only spaces`)];
}

function windowProblems(startsAt: Date, endsAt: Date): Problem[] {
  const outside = Object.entries({ startsAt, endsAt }).filter(
    ([, time]) => !(time.getUTCFullYear() >= YEARS.min && time.getUTCFullYear() <= YEARS.max),
  );
  if (outside.length > 0) {
    return outside.map(([field]) =>
      problem('WINDOW_INVALID', field, `must lie in the years ${YEARS.min} to ${YEARS.max}`),
    );
  }
  return endsAt > startsAt ? [] : [problem('WINDOW_INVALID', 'endsAt', 'must be after startsAt')];
}

function range(
  code: CouponEventInputErrorCode,
  field: string,
  value: number,
  { min, max }: { min: number; max: number },
): Problem[] {
  const fits = Number.isSafeInteger(value) && value >= min && value <= max;
  return fits ? [] : [problem(code, field, `must be between ${min} and ${max}`)];
}

function problem(code: CouponEventInputErrorCode, field: string, what: string): Problem {
  return { code, message: `${field} ${what}.`, path: ['input', field] };
}

function assertDescription(description: string | null | undefined): void {
  if (description != null && [...description].length > DESCRIPTION_LENGTH) {
    throw new BadUserInput('description', `description must have at most ${DESCRIPTION_LENGTH} characters.`);
  }
}

function refuse(problems: Problem[]): void {
  if (problems.length > 0) throw new Refusal(problems);
}
