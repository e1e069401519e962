import type { FormattedExecutionResult } from 'graphql';

const texts = new WeakMap<FormattedExecutionResult, string>();
const messageEnds = new WeakMap<FormattedExecutionResult, Buffer>();

/** The JSON of an answer, written once however many get it. */
export function answerText(answer: FormattedExecutionResult): string {
  const known = texts.get(answer);
  if (known !== undefined) return known;
  const text = JSON.stringify(answer);
  texts.set(answer, text);
  return text;
}

/** The bytes of an answer as the last thing in a message, with the brace that ends it; many sockets write the same. */
export function answerEndingMessage(answer: FormattedExecutionResult): Buffer {
  const known = messageEnds.get(answer);
  if (known !== undefined) return known;
  const end = Buffer.from(`${JSON.stringify(answer)}}`);
  messageEnds.set(answer, end);
  return end;
}
