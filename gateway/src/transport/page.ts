import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptedEncoding, compress, type Encoding } from './compression.ts';
import { addVary } from './vary.ts';

/** Sends a page to a browser: compressed once for all, and not again to one that has it. */
export type SendPage = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

export function createPage(html: string): SendPage {
  const tag = `"${createHash('sha256').update(html).digest('base64url')}"`;
  // Weak, since it stands for the page in every encoding.
  const etag = `W/${tag}`;
  const compressed = new Map<Encoding, Promise<Buffer>>();

  function inEncoding(encoding: Encoding): Promise<Buffer> {
    const known = compressed.get(encoding) ?? compress(html, encoding);
    compressed.set(encoding, known);
    return known;
  }

  return async ({ headers }, reply) => {
    reply.headers({ etag, 'cache-control': 'no-cache' });
    addVary(reply, 'Accept, Accept-Encoding');
    if (isAmong(tag, headers['if-none-match'])) return reply.code(304).send();
    reply.type('text/html; charset=utf-8');
    const encoding = acceptedEncoding(headers['accept-encoding']);
    if (encoding === null) return reply.send(html);
    return reply.header('content-encoding', encoding).send(await inEncoding(encoding));
  };
}

/** RFC 9110, 13.1.2: a list, or `*`; whether a tag is weak makes no difference. */
function isAmong(tag: string, ifNoneMatch = ''): boolean {
  const known = ifNoneMatch.split(',').map((each) => each.trim());
  return known.includes('*') || known.includes(tag) || known.includes(`W/${tag}`);
}
