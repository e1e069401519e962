import { type CurrencyCode, type Money, won } from '@shop/kernel';
import { Directive, Field, InterfaceType, ObjectType, registerEnumType } from 'type-graphql';
import { SafeIntScalar } from './scalars.ts';

const CurrencyCodeEnum = { KRW: 'KRW', USD: 'USD' } as const;
registerEnumType(CurrencyCodeEnum, {
  name: 'CurrencyCode',
  description: 'ISO 4217 currency code.',
  valuesConfig: { KRW: { description: 'Korean won.' }, USD: { description: 'US dollars; amounts are in cents.' } },
});

/** Money as clients see it. */
@ObjectType('Money', { description: 'An amount in the minor unit of its currency (KRW has none, so 1 = 1 won).' })
@Directive('@shareable')
export class MoneyType implements Money {
  @Field(() => SafeIntScalar, { description: 'In minor units.' })
  amount!: number;

  @Field(() => CurrencyCodeEnum, { description: 'What the amount counts.' })
  currencyCode!: CurrencyCode;

  static won(amount: number): MoneyType {
    return Object.assign(new MoneyType(), won(amount));
  }
}

/** Where a page stands in its list. */
@ObjectType('PageInfo', { description: 'Where a page lies in its list.' })
@Directive('@shareable')
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether more follows.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, {
    description: 'Whether the page was asked for with a cursor, so that something comes before it.',
  })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first edge.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'The cursor to give as `after` for the next page.' })
  endCursor!: string | null;
}

/** What every entry of `userErrors` has; each mutation adds its codes. */
@InterfaceType('UserError', {
  description: 'An outcome that a well-behaved client meets and shows.',
  autoRegisterImplementations: false,
})
export abstract class UserErrorType {
  @Field(() => String, { description: 'What happened, in words for a person.' })
  message!: string;

  @Field(() => [String], { nullable: true, description: 'Which part of the input it is about.' })
  path!: string[] | null;
}
