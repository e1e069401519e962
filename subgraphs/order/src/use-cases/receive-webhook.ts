import type { SagaContext } from '../context.ts';

/** Keeps what the provider says, before it is thanked for it; false when it has said so before. */
export async function receiveWebhook({ em }: SagaContext, id: string, body: string): Promise<boolean> {
  const { affectedRows } = await em.execute<{ affectedRows: number }>(
    `INSERT INTO payment_webhooks (id, body, received_at, attempts, due_at)
     VALUES (?, ?, UTC_TIMESTAMP(3), 0, UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE id = id`,
    [id, body],
    'run',
  );
  return affectedRows === 1;
}
