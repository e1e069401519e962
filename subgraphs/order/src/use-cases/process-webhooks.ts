import type { EntityManager } from '@mikro-orm/mysql';
import { z } from 'zod';
import type { SagaContext } from '../context.ts';
import { type Finish, finishPayment } from './finish-payment.ts';

interface Webhook {
  id: string;
  body: string;
  attempts: number;
}

const BATCH = 20;
const LONGEST_PAUSE_SECONDS = 60;
const KEPT_DAYS = 14;
const CHUNK = 1_000;

/** All that is read of a webhook is which payment it is about; how that is, the provider is asked. */
const message = z.object({ data: z.object({ idempotencyKey: z.string() }) });

/** Acts on webhooks that were received. Returns true when there may be more. */
export async function processWebhooks(contextOf: () => SagaContext): Promise<boolean> {
  const webhooks = await contextOf().em.execute<Webhook[]>(
    `SELECT id, body, attempts FROM payment_webhooks WHERE due_at <= UTC_TIMESTAMP(3) ORDER BY due_at LIMIT ${BATCH}`,
  );
  const results = await Promise.allSettled(webhooks.map((webhook) => processWebhook(contextOf(), webhook)));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} webhooks could not be processed.`);
  return webhooks.length === BATCH;
}

async function processWebhook(ctx: SagaContext, webhook: Webhook): Promise<void> {
  if (!(await claim(ctx.em, webhook))) return;
  const paymentId = keyIn(webhook.body);
  const outcome: Finish | 'UNREADABLE' = paymentId === null ? 'UNREADABLE' : await finishPayment(ctx, paymentId);
  ctx.log.debug({ action: 'webhook', webhookId: webhook.id, paymentId, outcome }, 'Processed a webhook.');
  if (outcome === 'BUSY') return;
  await ctx.em.execute('UPDATE payment_webhooks SET due_at = NULL, outcome = ? WHERE id = ?', [outcome, webhook.id]);
}

/** Until it is done it stays due, a little later every time. False when somebody else has it. */
async function claim(em: EntityManager, { id, attempts }: Webhook): Promise<boolean> {
  const pauseSeconds = Math.min(LONGEST_PAUSE_SECONDS, 0.25 * 2 ** Math.min(attempts, 10));
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `UPDATE payment_webhooks SET attempts = attempts + 1, due_at = UTC_TIMESTAMP(3) + INTERVAL ? SECOND
      WHERE id = ? AND attempts = ? AND due_at IS NOT NULL`,
    [pauseSeconds, id, attempts],
    'run',
  );
  return affectedRows === 1;
}

function keyIn(body: string): string | null {
  try {
    return message.parse(JSON.parse(body)).data.idempotencyKey;
  } catch {
    return null;
  }
}

/** Deletes webhooks that nobody repeats any more. Returns true when there may be more. */
export async function forgetWebhooks({ em }: SagaContext): Promise<boolean> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `DELETE FROM payment_webhooks
      WHERE received_at < UTC_TIMESTAMP(3) - INTERVAL ${KEPT_DAYS} DAY AND due_at IS NULL
      ORDER BY received_at LIMIT ${CHUNK}`,
    [],
    'run',
  );
  return affectedRows === CHUNK;
}
