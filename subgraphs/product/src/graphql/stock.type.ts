import { Field, Int, ObjectType } from 'type-graphql';
import { availableOf, type Stock } from '../domain/stock.ts';

@ObjectType('Stock', { description: 'available = onHand - held: what can be ordered now.' })
export class StockType {
  @Field(() => Int, { description: 'What can be ordered now.' })
  available!: number;

  @Field(() => Int, { description: 'What lies on the shelf.' })
  onHand!: number;

  @Field(() => Int, { description: 'How much of it is set aside for orders on their way.' })
  held!: number;

  static from(stock: Stock): StockType {
    const { onHand, held } = stock;
    return Object.assign(new StockType(), { available: availableOf(stock), onHand, held });
  }
}
