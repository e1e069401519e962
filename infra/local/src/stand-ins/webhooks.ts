import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Temporary } from './behaviour.ts';

export const webhookModes = ['normal', 'early', 'late', 'twice', 'forged', 'none'] as const;

/**
 * How webhooks go out. `early`: before the answer to the request that caused them. `late`: seconds after it. `twice`: the same
 * message two times. `forged`: with a signature of somebody else's. `none`: not at all.
 */
export type WebhookMode = (typeof webhookModes)[number];

export interface WebhookTarget {
  url: string;
  /** `whsec_` and the key in base64, as Standard Webhooks writes secrets. */
  secret: string;
}

const attempts = 6;
const firstPauseMs = 500;

/** Sends messages as https://www.standardwebhooks.com says, again and again until the receiver answers 2xx. */
export class Webhooks {
  readonly mode = new Temporary<WebhookMode>('normal');
  private readonly target: WebhookTarget | null;
  private readonly lateMs: number;
  private readonly closing = new AbortController();

  constructor(target: WebhookTarget | null, lateMs: number) {
    if (target !== null && !target.secret.startsWith('whsec_')) {
      throw new Error('WEBHOOK_SECRET must be whsec_ and a key in base64');
    }
    this.target = target;
    this.lateMs = lateMs;
  }

  /** Says that something happened; resolves when its cause may be answered. */
  async send(type: string, data: object): Promise<void> {
    const { target } = this;
    const mode = this.mode.value;
    if (target === null || mode === 'none') return;
    const id = `msg_${randomUUID()}`;
    const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data });
    const deliver = (): Promise<void> => this.deliver(target, id, body, mode === 'forged');
    if (mode === 'early') return deliver();
    const wait = pause(mode === 'late' ? this.lateMs : 0, undefined, { ref: false, signal: this.closing.signal });
    void wait.then(deliver).then(() => (mode === 'twice' ? deliver() : undefined), ignoreAbort);
  }

  close(): void {
    this.closing.abort();
  }

  private async deliver({ url, secret }: WebhookTarget, id: string, body: string, forged: boolean): Promise<void> {
    const { signal } = this.closing;
    for (let attempt = 0; attempt < attempts && !signal.aborted; attempt++) {
      const headers = signedHeaders(forged ? strangersSecret() : secret, id, body);
      const answered = await fetch(url, {
        method: 'POST',
        headers,
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(5_000)]),
      }).then(
        async (response) => {
          await response.arrayBuffer();
          return response.ok;
        },
        () => false,
      );
      if (answered || forged) return;
      await pause(firstPauseMs * 2 ** attempt, undefined, { ref: false, signal }).catch(ignoreAbort);
    }
  }
}

/** The headers of a message, signed now. */
export function signedHeaders(secret: string, id: string, body: string): Record<string, string> {
  const timestamp = Math.floor(Date.now() / 1_000);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${signature}`,
  };
}

function strangersSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`;
}

function ignoreAbort(): void {}
