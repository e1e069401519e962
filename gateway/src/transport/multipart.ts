import { BoundedMap } from '@shop/kernel';
import { qualityOf, qualityOfOnePiece } from '@shop/service-kit';
import { answerText } from './answer-text.ts';
import type { LaterAnswer, OperationAnswer } from './operation-pipeline.ts';

/** What the parts are written as: https://www.apollographql.com/docs/graphos/routing/operations/defer */
export const PARTS_TYPE = 'multipart/mixed; boundary="-"; deferSpec=20220824';

const RANGE = ['multipart/mixed', 'deferspec=20220824'] as const;

// Clients send a handful of different headers, over and over.
const remembered = new BoundedMap<string, boolean>(200);

/** Whether a client names parts among what it takes, and likes nothing better. */
export function takesParts(accept: string | undefined): boolean {
  if (!accept?.includes('multipart')) return false;
  const known = remembered.get(accept);
  if (known !== undefined) return known;
  const quality = qualityOf(accept, RANGE);
  const takes = quality > 0 && quality >= qualityOfOnePiece(accept);
  remembered.set(accept, takes);
  return takes;
}

/** The texts of an answer's parts. Each ends with the boundary, so that a client need not wait for the next one. */
export async function* partsOf(answer: OperationAnswer): AsyncGenerator<string> {
  const { later } = answer;
  yield `\r\n---${part(answerText(answer, later !== undefined), later !== undefined)}`;
  if (later) for await (const each of later) yield part(laterText(each), each.hasNext);
}

function part(json: string, hasNext: boolean): string {
  return `\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${json}\r\n---${hasNext ? '' : '--\r\n'}`;
}

function laterText({ incremental, hasNext }: LaterAnswer): string {
  if (incremental.length === 0) return `{"hasNext":${hasNext}}\n`;
  const texts = incremental.map(({ data, path, label, errors }) => {
    const told = errors.length > 0 ? `,"errors":${JSON.stringify(errors)}` : '';
    const named = label === undefined ? '' : `,"label":${JSON.stringify(label)}`;
    return `{"data":${data},"path":${JSON.stringify(path)}${named}${told}}`;
  });
  return `{"incremental":[${texts.join(',')}],"hasNext":${hasNext}}\n`;
}
