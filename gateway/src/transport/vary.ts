import type { FastifyReply } from 'fastify';

/** Says that an answer would be another one for another value of these headers, beside those that are named already. */
export function addVary(reply: FastifyReply, names: string): void {
  const before = reply.getHeader('vary');
  reply.header('vary', before === undefined ? names : `${before}, ${names}`);
}
