import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { createPaymentProvider } from './payment-provider.ts';

const secret = `whsec_${Buffer.from('a key of twenty-four byte').toString('base64')}`;
const order = { amount: 12_000, currencyCode: 'KRW', reference: 'order <1>' };

interface Message {
  headers: IncomingHttpHeaders;
  body: string;
  genuine: boolean;
}

let provider: FastifyInstance;
let url: string;
let shop: Server;
let inbox: Message[];
let refusals: number;

beforeEach(async () => {
  inbox = [];
  refusals = 0;
  shop = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    inbox.push({ headers: request.headers, body, genuine: isGenuine(request.headers, body) });
    response.writeHead(refusals-- > 0 ? 500 : 204).end();
    shop.emit('message');
  });
  shop.listen(0, '127.0.0.1');
  await once(shop, 'listening');
  const target = { url: `http://127.0.0.1:${(shop.address() as AddressInfo).port}/webhooks`, secret };
  provider = createPaymentProvider({ webhooks: target, lateMs: 150 });
  url = await provider.listen({ port: 0, host: '127.0.0.1' });
});

afterEach(async () => {
  await provider.close();
  shop.closeAllConnections();
  shop.close();
});

function isGenuine(headers: IncomingHttpHeaders, body: string): boolean {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return headers['webhook-signature'] === `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

async function call(method: string, path: string, body?: object, key?: string) {
  const response = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(key && { 'idempotency-key': key }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: text.startsWith('{') ? JSON.parse(text) : null,
  };
}

async function anAuthorisedPayment(key = 'key-1'): Promise<string> {
  const { json } = await call('POST', '/payments', order, key);
  await call('POST', `/pay/${json.id}`, { decision: 'pay' });
  return json.id;
}

async function messages(count: number): Promise<Message[]> {
  while (inbox.length < count) await once(shop, 'message', { signal: AbortSignal.timeout(3_000) });
  return inbox;
}

function typesOf(list: Message[]): string[] {
  return list.map(({ body }) => JSON.parse(body).type);
}

it('takes a payment from the request to the refund', async () => {
  const requested = await call('POST', '/payments', order, 'key-1');
  expect(requested.status).toBe(201);
  const { id, redirectUrl } = requested.json;
  expect(requested.json).toMatchObject({ ...order, idempotencyKey: 'key-1', status: 'PENDING' });
  expect(redirectUrl).toBe(`${url}/pay/${id}`);

  expect((await call('POST', `/pay/${id}`, { decision: 'pay' })).status).toBe(303);
  expect((await call('GET', `/payments/${id}`)).json).toMatchObject({ status: 'AUTHORISED', capturedAmount: 0 });
  expect((await call('POST', `/payments/${id}/capture`)).json).toMatchObject({
    status: 'CAPTURED',
    capturedAmount: 12_000,
  });
  expect((await call('POST', `/payments/${id}/refund`)).json).toMatchObject({
    status: 'REFUNDED',
    refundedAmount: 12_000,
  });

  const ledger = JSON.parse((await call('GET', '/ledger')).text) as { kind: string; amount: number }[];
  expect(ledger.map(({ kind, amount }) => [kind, amount])).toEqual([
    ['authorisation', 12_000],
    ['capture', 12_000],
    ['refund', 12_000],
  ]);
  expect(typesOf(await messages(3)).sort()).toEqual(['payment.authorised', 'payment.captured', 'payment.refunded']);
});

it('answers the same key with the same payment, and refuses it for another one', async () => {
  const first = await call('POST', '/payments', order, 'key-1');
  const second = await call('POST', '/payments', order, 'key-1');
  expect([second.status, second.json.id]).toEqual([200, first.json.id]);
  expect((await call('POST', '/payments', { ...order, amount: 1 }, 'key-1')).status).toBe(422);
  expect((await call('GET', '/payments?key=key-1')).json.id).toBe(first.json.id);
  expect((await call('GET', '/payments?key=unknown')).status).toBe(404);
});

it('captures once, whatever happens', async () => {
  const id = await anAuthorisedPayment();
  await Promise.all([1, 2, 3].map(() => call('POST', `/payments/${id}/capture`)));
  const ledger = JSON.parse((await call('GET', '/ledger')).text) as { kind: string }[];
  expect(ledger.filter(({ kind }) => kind === 'capture')).toHaveLength(1);
});

it('refunds in parts, each key once, never more than was captured', async () => {
  const id = await anAuthorisedPayment();
  await call('POST', `/payments/${id}/capture`);
  await call('POST', `/payments/${id}/refund`, { amount: 5_000 }, 'refund-1');
  await call('POST', `/payments/${id}/refund`, { amount: 5_000 }, 'refund-1');
  expect((await call('GET', `/payments/${id}`)).json).toMatchObject({ status: 'CAPTURED', refundedAmount: 5_000 });
  expect((await call('POST', `/payments/${id}/refund`, { amount: 7_001 }, 'refund-2')).status).toBe(409);
  expect((await call('POST', `/payments/${id}/refund`, { amount: 7_000 }, 'refund-3')).json.status).toBe('REFUNDED');
  expect((await call('POST', `/payments/${id}/refund`)).status).toBe(409);
});

it('does not capture what was declined or voided, nor void what was captured', async () => {
  const declined = (await call('POST', '/payments', order, 'key-1')).json.id;
  await call('POST', `/pay/${declined}`, { decision: 'decline' });
  await call('POST', `/pay/${declined}`, { decision: 'pay' });
  expect((await call('POST', `/payments/${declined}/capture`)).status).toBe(409);
  const voided = await anAuthorisedPayment('key-2');
  expect((await call('POST', `/payments/${voided}/void`)).json.status).toBe('VOIDED');
  expect((await call('POST', `/payments/${voided}/capture`)).status).toBe(409);
  const captured = await anAuthorisedPayment('key-3');
  await call('POST', `/payments/${captured}/capture`);
  expect((await call('POST', `/payments/${captured}/void`)).status).toBe(409);
});

it('names what is wrong with a request', async () => {
  const noKey = await call('POST', '/payments', order);
  expect([noKey.status, noKey.json.error]).toEqual([400, expect.stringContaining('idempotency-key')]);
  for (const [field, value] of Object.entries({
    amount: -1,
    currencyCode: 'EUR',
    reference: '',
    returnUrl: 'javascript:x',
  })) {
    const { status, json } = await call('POST', '/payments', { ...order, [field]: value }, 'key-1');
    expect([status, json.error]).toEqual([400, expect.stringContaining(`body/${field}`)]);
  }
  expect((await call('POST', '/payments/unknown/capture')).status).toBe(404);
  expect((await call('POST', '/behave', { webhooks: 'weird' })).status).toBe(400);
});

it('shows the buyer a page with both buttons, and the outcome afterwards', async () => {
  const { id } = (await call('POST', '/payments', { ...order, returnUrl: 'http://shop.test/done' }, 'key-1')).json;
  const page = (await call('GET', `/pay/${id}`)).text;
  expect(page).toContain('₩12,000');
  expect(page).toContain('order &#60;1&#62;');
  expect(page).toMatch(/value="pay"[\s\S]*value="decline"/);
  const answer = await fetch(`${url}/pay/${id}`, {
    method: 'POST',
    body: new URLSearchParams({ decision: 'decline' }),
    redirect: 'manual',
  });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, 'http://shop.test/done']);
  expect((await call('GET', `/pay/${id}`)).text).toContain('was declined');
});

it('signs its webhooks and repeats them until they are taken', async () => {
  refusals = 1;
  await anAuthorisedPayment();
  const [first, second] = await messages(2);
  expect([first?.genuine, second?.genuine]).toEqual([true, true]);
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
});

it('sends a webhook before the answer when told to be early', async () => {
  await call('POST', '/behave', { webhooks: 'early' });
  await anAuthorisedPayment();
  expect(inbox).toHaveLength(1);
});

it('sends webhooks late, twice or not at all when told to', async () => {
  await call('POST', '/behave', { webhooks: 'none' });
  await anAuthorisedPayment('key-1');
  await call('POST', '/behave', { webhooks: 'late' });
  await anAuthorisedPayment('key-2');
  expect(inbox).toHaveLength(0);
  await messages(1);
  await call('POST', '/behave', { webhooks: 'twice' });
  await anAuthorisedPayment('key-3');
  const [, first, second] = await messages(3);
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
});

it('claims with a wrong signature what nobody has paid when told to forge', async () => {
  await call('POST', '/behave', { webhooks: 'forged' });
  const { id } = (await call('POST', '/payments', order, 'key-1')).json;
  const [forged] = await messages(1);
  expect(forged?.genuine).toBe(false);
  expect(JSON.parse(forged?.body ?? '')).toMatchObject({
    type: 'payment.authorised',
    data: { id, status: 'AUTHORISED' },
  });
  expect((await call('GET', `/payments/${id}`)).json.status).toBe('PENDING');
});

it('declines before anybody is asked when told to', async () => {
  await call('POST', '/behave', { cards: 'declined' });
  const { status, json } = await call('POST', '/payments', order, 'key-1');
  expect([status, json.status, json.redirectUrl]).toEqual([201, 'DECLINED', null]);
  expect((await call('POST', '/payments', order, 'key-1')).json.id).toBe(json.id);
});

it('misbehaves on some requests alone when told to', async () => {
  const id = await anAuthorisedPayment();
  await call('POST', '/behave', { mode: 'error', on: '/capture' });
  expect((await call('GET', `/payments/${id}`)).status).toBe(200);
  expect((await call('POST', `/payments/${id}/capture`)).status).toBe(503);
});
