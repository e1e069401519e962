import type { IncomingHttpHeaders } from 'node:http';
import { ServiceUnavailable } from '@shop/kernel';
import type { HttpServer, Logger, Metrics } from '@shop/service-kit';
import type { SagaContext } from '../context.ts';
import { finishPayment } from '../use-cases/finish-payment.ts';
import { receiveWebhook } from '../use-cases/receive-webhook.ts';
import { isGenuine, type SignedMessage } from './webhook-signature.ts';

export interface PaymentRoutesOptions {
  keys: Buffer[];
  contextOf: () => SagaContext;
  log: Logger;
  metrics: Metrics;
}

export interface PaymentRoutes {
  /** From now on answers; before that every request is refused with 503, and the provider tries again. */
  serve(options: PaymentRoutesOptions): void;
}

const BODY_LIMIT_BYTES = 65_536;
const ID = /^[\x21-\x7e]{1,255}$/;

/** Adds to a server that is about to listen what the payment provider calls, and where it sends buyers back to. */
export function mountPaymentRoutes(http: HttpServer): PaymentRoutes {
  let options: PaymentRoutesOptions | null = null;
  const opened = (): PaymentRoutesOptions => {
    if (options === null) throw Object.assign(new ServiceUnavailable('The service is starting.'), { statusCode: 503 });
    return options;
  };

  http.app.register(async (app) => {
    // What is signed are the bytes: they are read as they are, whatever they say they are.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    app.post('/webhooks/payments', { bodyLimit: BODY_LIMIT_BYTES }, async ({ headers, body }, reply) => {
      const isTaken = await take(opened(), messageOf(headers, body));
      return isTaken ? reply.status(204).send() : reply.status(401).send({ error: 'The signature is wrong or old.' });
    });
    app.get<{ Querystring: { payment?: unknown } }>('/payments/return', async ({ query }, reply) => {
      await finish(opened(), query.payment);
      // The buyer is told nothing that not everybody may know; the shop shows the order.
      const page = reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store');
      return page.send('Thank you. You can go back to the shop.\n');
    });
  });
  return {
    serve(given) {
      options = given;
    },
  };
}

/** False when it is not from the provider. Throws when it could not be kept: then the provider sends it again. */
async function take(options: PaymentRoutesOptions, message: SignedMessage | null): Promise<boolean> {
  const { keys, contextOf, log, metrics } = options;
  const webhooks = metrics.counter('shop_payment_webhooks_total', 'Webhooks of the payment provider.', ['outcome']);
  const ctx = contextOf();
  if (message === null || !isGenuine(message, keys, ctx.clock.now())) {
    webhooks.inc({ outcome: 'forged' });
    log.warn({ action: 'webhook', webhookId: message?.id }, 'A webhook is not signed by the payment provider.');
    return false;
  }
  const isNew = await receiveWebhook(ctx, message.id, message.body.toString('utf8'));
  webhooks.inc({ outcome: isNew ? 'received' : 'repeated' });
  return true;
}

function messageOf(headers: IncomingHttpHeaders, body: unknown): SignedMessage | null {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  const isComplete = typeof id === 'string' && typeof timestamp === 'string' && typeof signatures === 'string';
  return isComplete && ID.test(id) && Buffer.isBuffer(body) ? { id, timestamp, signatures, body } : null;
}

/** For a buyer who came back. What fails here is done by the webhook and the worker. */
async function finish({ contextOf, log }: PaymentRoutesOptions, paymentId: unknown): Promise<void> {
  if (typeof paymentId !== 'string') return;
  await finishPayment(contextOf(), paymentId).catch((error: unknown) =>
    log.warn({ err: error, paymentId }, 'A payment could not be finished for a buyer who came back.'),
  );
}
