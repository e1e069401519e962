import type { EntityManager } from '@mikro-orm/mysql';
import { Order } from '../domain/order.ts';
import { OrderLine } from '../domain/order-line.ts';
import { Payment } from '../domain/payment.ts';

export interface LinesOfOrder {
  orderId: string;
  lines: OrderLine[];
}

// Sagas write by conditional UPDATEs beside the identity map: what is read here is what is stored now.
const asStored = { disableIdentityMap: true } as const;

export function findOrder(em: EntityManager, id: string): Promise<Order | null> {
  return em.findOne(Order, { id }, asStored);
}

export function loadOrders(em: EntityManager, ids: readonly string[]): Promise<Order[]> {
  return em.find(Order, { id: { $in: [...ids] } }, asStored);
}

export function findPayment(em: EntityManager, of: { id: string } | { orderId: string }): Promise<Payment | null> {
  return em.findOne(Payment, of, asStored);
}

export function loadPayments(em: EntityManager, orderIds: readonly string[]): Promise<Payment[]> {
  return em.find(Payment, { orderId: { $in: [...orderIds] } }, asStored);
}

export async function loadLines(em: EntityManager, orderIds: readonly string[]): Promise<LinesOfOrder[]> {
  const lines = await em.find(
    OrderLine,
    { orderId: { $in: [...orderIds] } },
    { ...asStored, orderBy: { orderId: 'asc', position: 'asc' } },
  );
  const byOrder = new Map<string, OrderLine[]>(orderIds.map((id) => [id, []]));
  for (const line of lines) byOrder.get(line.orderId)?.push(line);
  return Array.from(byOrder, ([orderId, ofOrder]) => ({ orderId, lines: ofOrder }));
}
