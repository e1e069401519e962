import type { Refusal } from './refusal.ts';

/** MAX_BODY_BYTES, for a request over HTTP and for a message over a WebSocket: reading stops there. */
export function bodyTooLarge(maxBytes: number): Refusal {
  return {
    guard: 'body-size',
    code: 'BAD_USER_INPUT',
    message: `The request is larger than ${maxBytes} bytes.`,
    status: 413,
  };
}
