import type { FrozenLine } from './price.ts';

/** A line of a decided order: name and price as they were then. */
export class OrderLine implements FrozenLine {
  orderId!: string;
  /** Where in the order it stands, from 0. */
  position!: number;
  productId!: string;
  productName!: string;
  quantity!: number;
  unitPrice!: number;

  static of(orderId: string, frozen: FrozenLine, position: number): OrderLine {
    const { productId, productName, quantity, unitPrice } = frozen;
    return Object.assign(new OrderLine(), { orderId, position, productId, productName, quantity, unitPrice });
  }

  frozen(): FrozenLine {
    const { productId, productName, quantity, unitPrice } = this;
    return { productId, productName, quantity, unitPrice };
  }
}
