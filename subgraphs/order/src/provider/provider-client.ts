import { setTimeout as pause } from 'node:timers/promises';
import { reasonOf } from '@shop/service-kit';
import { type Dispatcher, Pool } from 'undici';
import { z } from 'zod';
import { PROVIDER_STATUSES } from '../domain/card-payment.ts';
import { ProviderAway, type ProviderPayment, ProviderRefused, ProviderUnanswered } from '../payment-provider.ts';

export interface ProviderRequest {
  path: string;
  idempotencyKey: string;
  body?: object;
}

/** The provider is well and wants less. */
export class ProviderBusy extends ProviderAway {}

const answer = z.object({
  id: z.string().min(1).max(255),
  status: z.enum(PROVIDER_STATUSES),
  amount: z.int().nonnegative(),
  currencyCode: z.string(),
  capturedAmount: z.int().nonnegative(),
  // Browsers are sent there: nothing but a page.
  redirectUrl: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .nullable(),
});

const closeGraceMs = 3_000;
/** Those that a request has not left this machine with. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** Speaks HTTP with the provider and says for each failure whether anything may have happened. */
export function createProviderClient({ url, connections }: { url: string; connections: number }) {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections, connect: { timeout: 2_000 } });
  const prefix = pathname.replace(/\/$/, '');

  async function send(request: Dispatcher.RequestOptions): Promise<{ status: number; text: string }> {
    try {
      const { statusCode, body } = await pool.request({ ...request, path: prefix + request.path });
      return { status: statusCode, text: await body.text() };
    } catch (cause) {
      const { code } = cause as { code?: string };
      if (code !== undefined && NOT_SENT.has(code)) {
        throw new ProviderAway(`The payment provider is away: ${reasonOf(cause)}`, { cause });
      }
      throw new ProviderUnanswered(`The payment provider has not answered: ${reasonOf(cause)}`, { cause });
    }
  }

  return {
    async post({ path, idempotencyKey, body }: ProviderRequest, signal: AbortSignal): Promise<ProviderPayment> {
      const headers = {
        'idempotency-key': idempotencyKey,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      };
      const sent = body === undefined ? null : JSON.stringify(body);
      return read(await send({ method: 'POST', path, headers, body: sent, signal }));
    },

    /** Null when there is no payment with this key. */
    async find(key: string, signal: AbortSignal): Promise<ProviderPayment | null> {
      const found = await send({ method: 'GET', path: '/payments', query: { key }, signal });
      return found.status === 404 ? null : read(found);
    },

    /** Lets what is under way finish, for a while, and takes nothing more. */
    async close(): Promise<void> {
      await Promise.race([pool.close(), pause(closeGraceMs, undefined, { ref: false })]);
      await pool.destroy();
    },
  };
}

function read({ status, text }: { status: number; text: string }): ProviderPayment {
  const said = `The payment provider says ${status}: ${text.slice(0, 300)}`;
  if (status === 429) throw new ProviderBusy(said);
  // Whatever stands between us and the provider may say so after it has done its work.
  if (status >= 500 || status === 408) throw new ProviderUnanswered(said);
  if (status >= 300) throw new ProviderRefused(said);
  const parsed = answer.safeParse(parseJson(text));
  if (!parsed.success) throw new ProviderUnanswered(said, { cause: parsed.error });
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
