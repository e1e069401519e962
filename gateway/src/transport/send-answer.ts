import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerText } from './answer-text.ts';
import { acceptedEncoding, compress } from './compression.ts';
import { acceptedType } from './media-type.ts';
import type { OperationAnswer } from './operation-pipeline.ts';

export type SendAnswer = (
  answer: OperationAnswer | readonly OperationAnswer[],
  request: FastifyRequest,
  reply: FastifyReply,
) => FastifyReply | Promise<FastifyReply>;

/** COMPRESS_FROM_BYTES: what is shorter goes out as it is; 0 compresses nothing. */
export function createSendAnswer(compressFromBytes: number): SendAnswer {
  return (answer, { headers }, reply) => {
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

/** A list is a 200, whatever became of its operations: each answer says so itself. */
function headAndText(answer: OperationAnswer | readonly OperationAnswer[], reply: FastifyReply): string {
  const answers = 'head' in answer ? [answer] : answer;
  for (const { head } of answers) if (head.headers) reply.headers(head.headers);
  if (!('head' in answer)) return `[${answers.map((each) => answerText(each)).join(',')}]`;
  reply.code(answer.head.status);
  return answerText(answer);
}

function addVary(reply: FastifyReply, name: string): void {
  const before = reply.getHeader('vary');
  reply.header('vary', before === undefined ? name : `${before}, ${name}`);
}
