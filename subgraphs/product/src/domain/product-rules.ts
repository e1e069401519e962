import { BadUserInput, Refusal } from '@shop/kernel';
import type { ProductInputError, ProductInputErrorCode } from './product.errors.ts';

const NAME_MAX = 200;
const DESCRIPTION_MAX = 10_000;
const PRICE_MAX = 1_000_000_000;
export const STOCK_MAX = 1_000_000_000;

/** The parts of an input that have rules; an absent one is not looked at, null breaks the rule. */
export interface RuledParts {
  name?: string | null;
  price?: number | null;
  stock?: number;
}

/** Throws a Refusal with everything that is wrong, not only the first thing. */
export function mustKeepRules({ name, price, stock }: RuledParts): void {
  const problems: ProductInputError[] = [];
  if (name !== undefined && !isName(name)) {
    problems.push(problem('NAME_INVALID', 'name', `name must have 1 to ${NAME_MAX} characters, in one line.`));
  }
  if (price !== undefined && !isWithin(price, 1, PRICE_MAX)) {
    problems.push(problem('PRICE_INVALID', 'price', `price must be 1 to ${PRICE_MAX} won.`));
  }
  if (stock !== undefined && !isWithin(stock, 0, STOCK_MAX)) {
    problems.push(problem('STOCK_INVALID', 'stock', `stock must be 0 to ${STOCK_MAX}.`));
  }
  if (problems.length > 0) throw new Refusal(problems);
}

/** Blank is the same as none. Throws BadUserInput for one that is too long. */
export function descriptionOf(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  if (lengthOf(trimmed) > DESCRIPTION_MAX) {
    throw new BadUserInput('description', `description must have at most ${DESCRIPTION_MAX} characters.`);
  }
  return trimmed === '' ? null : trimmed;
}

function isName(name: string | null): boolean {
  if (name === null || /\p{Cc}/u.test(name)) return false;
  return isWithin(lengthOf(name.trim()), 1, NAME_MAX);
}

function isWithin(value: number | null, min: number, max: number): boolean {
  return value !== null && Number.isSafeInteger(value) && value >= min && value <= max;
}

/** In characters as the database counts them, not in UTF-16 units. */
function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

function problem(code: ProductInputErrorCode, field: string, message: string): ProductInputError {
  return { code, message, path: ['input', field] };
}
