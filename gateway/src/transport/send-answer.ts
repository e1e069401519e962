import { Readable } from 'node:stream';
import { acceptedType } from '@shop/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerText } from './answer-text.ts';
import { acceptedEncoding, compress } from './compression.ts';
import { PARTS_TYPE, partsOf, takesParts } from './multipart.ts';
import type { OperationAnswer } from './operation-pipeline.ts';
import { addVary } from './vary.ts';

export type SendAnswer = (
  answer: OperationAnswer | readonly OperationAnswer[],
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply | Promise<FastifyReply>;

/** COMPRESS_FROM_BYTES: what is shorter goes out as it is; 0 compresses nothing. */
export function createSendAnswer(compressFromBytes: number): SendAnswer {
  return (answer, { headers }, reply) => {
    if ('head' in answer && inParts(answer, headers.accept)) return sendParts(answer, reply);
    const text = headAndText(answer, reply);
    reply.header('content-type', `${acceptedType(headers.accept) ?? 'application/json'}; charset=utf-8`);
    // A string goes out together with its head, a buffer in a write of its own.
    if (compressFromBytes === 0 || text.length < compressFromBytes) return reply.send(text);
    addVary(reply, 'Accept-Encoding');
    const encoding = acceptedEncoding(headers['accept-encoding']);
    if (encoding === null) return reply.send(text);
    reply.header('content-encoding', encoding);
    return compress(text, encoding).then((body) => reply.send(body));
  };
}

/** Whoever takes nothing but parts gets an answer of one, where there is an answer. */
function inParts({ later, data }: OperationAnswer, accept: string | undefined): boolean {
  return later !== undefined || (data !== undefined && acceptedType(accept) === null && takesParts(accept));
}

/** As they are: what compresses them would keep them back. */
function sendParts(answer: OperationAnswer, reply: FastifyReply): FastifyReply {
  if (answer.head.headers) reply.headers(answer.head.headers);
  reply.code(answer.head.status).header('content-type', PARTS_TYPE);
  return reply.send(Readable.from(partsOf(answer)));
}

/** A list is a 200, whatever became of its operations: each answer says so itself. */
function headAndText(answer: OperationAnswer | readonly OperationAnswer[], reply: FastifyReply): string {
  const answers = 'head' in answer ? [answer] : answer;
  for (const { head } of answers) if (head.headers) reply.headers(head.headers);
  if (!('head' in answer)) return `[${answers.map((each) => answerText(each)).join(',')}]`;
  reply.code(answer.head.status);
  return answerText(answer);
}
