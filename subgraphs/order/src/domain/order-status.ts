export const ORDER_STATUSES = ['PENDING', 'AWAITING_PAYMENT', 'COMPLETED', 'REJECTED', 'CANCELLED'] as const;

export type OrderStatus = (typeof ORDER_STATUSES)[number];

const NEXT: Record<OrderStatus, readonly OrderStatus[]> = {
  PENDING: ['AWAITING_PAYMENT', 'COMPLETED', 'REJECTED'],
  AWAITING_PAYMENT: ['COMPLETED', 'REJECTED', 'CANCELLED'],
  COMPLETED: ['CANCELLED'],
  REJECTED: [],
  CANCELLED: [],
};

/** Whether an order may ever go from one status straight to another. */
export function canBecome(from: OrderStatus, to: OrderStatus): boolean {
  return NEXT[from].includes(to);
}

/** Whether it is still open what becomes of the order. */
export function isUndecided(status: OrderStatus): boolean {
  return status === 'PENDING' || status === 'AWAITING_PAYMENT';
}
