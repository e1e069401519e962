import type { OperationAnswer } from './operation-pipeline.ts';

type AnswerParts = Pick<OperationAnswer, 'data' | 'errors' | 'extensions'>;

/** The answer as JSON: its data is text already. Errors come first, so that whoever reads along meets them early. */
export function answerText({ data, errors, extensions }: AnswerParts, hasNext?: boolean): string {
  const parts: string[] = [];
  if (errors.length > 0) parts.push(`"errors":${JSON.stringify(errors)}`);
  if (data !== undefined) parts.push(`"data":${data}`);
  if (extensions !== undefined) parts.push(`"extensions":${JSON.stringify(extensions)}`);
  if (hasNext !== undefined) parts.push(`"hasNext":${hasNext}`);
  return `{${parts.join(',')}}\n`;
}
