import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Behave, Temporary } from './behaviour.ts';
import { openJournal } from './journal.ts';
import { payPage } from './pay-page.ts';
import { type Fact, type Order, type Payment, Payments } from './payments.ts';
import { createStandIn, runStandIn } from './stand-in.ts';
import { type WebhookMode, Webhooks, type WebhookTarget, webhookModes } from './webhooks.ts';

export interface PaymentProviderOptions {
  stateFile?: string | undefined;
  /** Where webhooks go; null sends none. */
  webhooks?: WebhookTarget | null;
  /** Where browsers find the page; the address of the request unless it is said. */
  publicUrl?: string | undefined;
  slowMs?: number;
  /** How late a `late` webhook is. */
  lateMs?: number;
}

const text = { type: 'string', minLength: 1, maxLength: 255 };
const amount = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER };

const requestSchema = {
  headers: { type: 'object', required: ['idempotency-key'], properties: { 'idempotency-key': text } },
  body: {
    type: 'object',
    required: ['amount', 'currencyCode', 'reference'],
    additionalProperties: false,
    properties: {
      amount,
      currencyCode: { enum: ['KRW', 'USD'] },
      reference: text,
      returnUrl: { type: 'string', pattern: '^https?://', maxLength: 2_000 },
    },
  },
};
const refundSchema = {
  body: { anyOf: [{ type: 'null' }, { type: 'object', additionalProperties: false, properties: { amount } }] },
};
const decisionSchema = {
  body: { type: 'object', required: ['decision'], properties: { decision: { enum: ['pay', 'decline'] } } },
};

const cardModes = ['asked', 'declined'] as const;

/** What `POST /behave` also accepts. `asked`: the buyer decides on the page. `declined`: the bank says no before that. */
interface BehaveCards extends Behave {
  webhooks?: WebhookMode;
  cards?: (typeof cardModes)[number];
}

/** Stands in for a card payment provider: authorise on its page, capture, refund, status by key, ledger, signed webhooks. */
export function createPaymentProvider(options: PaymentProviderOptions = {}): FastifyInstance {
  const journal = openJournal<Fact>(options.stateFile);
  const payments = new Payments(journal);
  const webhooks = new Webhooks(options.webhooks ?? null, options.lateMs ?? 5_000);
  const cards = new Temporary<(typeof cardModes)[number]>('asked');
  const { app, serve } = createStandIn<BehaveCards>({
    ...(options.slowMs === undefined ? {} : { slowMs: options.slowMs }),
    behave: {
      properties: { webhooks: { enum: webhookModes }, cards: { enum: cardModes } },
      apply(body) {
        if (body.webhooks !== undefined) webhooks.mode.set(body.webhooks, body.forMs);
        if (body.cards !== undefined) cards.set(body.cards, body.forMs);
      },
    },
    metrics: () => ({ stand_in_ledger_entries_total: payments.ledger().length }),
  });
  app.addHook('onClose', async () => webhooks.close());
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );

  const present = ({ status, ...payment }: Payment, host: string) => ({
    ...payment,
    status,
    redirectUrl: status === 'PENDING' ? `${options.publicUrl ?? `http://${host}`}/pay/${payment.id}` : null,
  });
  type Id = { Params: { id: string } };

  serve((service) => {
    service.post<{ Body: Order; Headers: { 'idempotency-key': string } }>(
      '/payments',
      { schema: requestSchema },
      async (request, reply) => {
        const { payment, isNew } = payments.request(request.headers['idempotency-key'], request.body);
        if (isNew && cards.value === 'declined') payments.decide(payment.id, 'decline');
        // The forger claims what the buyer has not done.
        if (isNew && webhooks.mode.value === 'forged') {
          await webhooks.send('payment.authorised', { ...payment, status: 'AUTHORISED' });
        }
        return reply.status(isNew ? 201 : 200).send(present(payment, request.host));
      },
    );

    service.get<{ Querystring: { key: string } }>(
      '/payments',
      { schema: { querystring: { type: 'object', required: ['key'], properties: { key: text } } } },
      (request) => present(payments.getByKey(request.query.key), request.host),
    );
    service.get<Id>('/payments/:id', (request) => present(payments.get(request.params.id), request.host));

    service.post<Id>('/payments/:id/capture', async ({ params, host }) => {
      if (payments.capture(params.id)) await webhooks.send('payment.captured', payments.get(params.id));
      return present(payments.get(params.id), host);
    });
    service.post<Id>('/payments/:id/void', async ({ params, host }) => {
      if (payments.void(params.id)) await webhooks.send('payment.voided', payments.get(params.id));
      return present(payments.get(params.id), host);
    });
    service.post<Id & { Body: { amount?: number } | null; Headers: { 'idempotency-key'?: string } }>(
      '/payments/:id/refund',
      { schema: refundSchema },
      async ({ params, body, headers, host }) => {
        const refunded = payments.refund(params.id, headers['idempotency-key'] ?? null, body?.amount);
        if (refunded) await webhooks.send('payment.refunded', payments.get(params.id));
        return present(payments.get(params.id), host);
      },
    );
  });

  app.get('/ledger', () => payments.ledger());
  app.get<Id>('/pay/:id', (request, reply) => sendPage(reply, payments.get(request.params.id)));
  app.post<Id & { Body: { decision: 'pay' | 'decline' } }>(
    '/pay/:id',
    { schema: decisionSchema },
    async ({ params, body }, reply) => {
      if (payments.decide(params.id, body.decision)) {
        await webhooks.send(
          body.decision === 'pay' ? 'payment.authorised' : 'payment.declined',
          payments.get(params.id),
        );
      }
      const { returnUrl } = payments.get(params.id);
      return reply.redirect(returnUrl ?? `/pay/${params.id}`, 303);
    },
  );
  return app;
}

function sendPage(reply: FastifyReply, payment: Payment): FastifyReply {
  return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(payPage(payment));
}

if (import.meta.main) {
  const { STATE_FILE, WEBHOOK_URL, WEBHOOK_SECRET = '', PUBLIC_URL } = process.env;
  // Of several, as the shop has them while they are exchanged, one signs.
  const [secret = ''] = WEBHOOK_SECRET.split(',');
  const app = createPaymentProvider({
    stateFile: STATE_FILE || undefined,
    publicUrl: PUBLIC_URL || undefined,
    webhooks: WEBHOOK_URL ? { url: WEBHOOK_URL, secret } : null,
  });
  await runStandIn('payment provider', app, 4910);
}
