import type { EntityManager } from '@mikro-orm/mysql';
import { ServiceUnavailable } from '@shop/kernel';
import type { OrderOutcome } from '@shop/subgraph-kit';
import { confirmPoints } from './confirm-points.ts';
import { releasePoints } from './release-points.ts';

const AT_A_TIME = 100;

/**
 * Settles holds past their time as their orders ended. Until the order service has answered they stay held: only it
 * knows whether the order was completed, and a confirm must never find its hold gone. When nobody is there to
 * answer the round ends; the next one begins anew.
 */
export async function settleLateHolds(
  fork: () => EntityManager,
  outcomeOf: (orderId: string) => Promise<OrderOutcome>,
): Promise<void> {
  const late = await fork().execute<{ orderId: string }[]>(
    `SELECT order_id AS orderId FROM point_transfers
      WHERE state = 'PENDING' AND expires_at < UTC_TIMESTAMP(3) ORDER BY expires_at LIMIT ?`,
    [AT_A_TIME],
  );
  let failure: unknown;
  for (const { orderId } of late) {
    try {
      const outcome = await outcomeOf(orderId);
      if (outcome === 'COMPLETED') await confirmPoints({ em: fork() }, { orderId });
      else if (outcome !== 'PENDING') await releasePoints({ em: fork() }, { orderId });
    } catch (error) {
      if (error instanceof ServiceUnavailable) throw error;
      // One order that cannot be told about must not keep the others waiting.
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
}
