import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptedEncoding, compress, type Encoding } from './compression.ts';

/** Sends a page to a browser: compressed once for all, and not again to one that has it. */
export type SendPage = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

export function createPage(html: string): SendPage {
  // Weak, since it stands for the page in every encoding.
  const etag = `W/"${createHash('sha256').update(html).digest('base64url')}"`;
  const compressed = new Map<Encoding, Promise<Buffer>>();

  function inEncoding(encoding: Encoding): Promise<Buffer> {
    const known = compressed.get(encoding) ?? compress(html, encoding);
    compressed.set(encoding, known);
    return known;
  }

  return async ({ headers }, reply) => {
    reply.headers({ etag, 'cache-control': 'no-cache', vary: 'Accept, Accept-Encoding' });
    if (headers['if-none-match'] === etag) return reply.code(304).send();
    reply.type('text/html; charset=utf-8');
    const encoding = acceptedEncoding(headers['accept-encoding']);
    if (encoding === null) return reply.send(html);
    return reply.header('content-encoding', encoding).send(await inEncoding(encoding));
  };
}
