import type { FormattedExecutionResult } from 'graphql';

const texts = new WeakMap<FormattedExecutionResult, string>();
const messageEnds = new WeakMap<FormattedExecutionResult, Buffer>();

/** The JSON of a result, written once however many get it. */
export function resultText(result: FormattedExecutionResult): string {
  const known = texts.get(result);
  if (known !== undefined) return known;
  const text = JSON.stringify(result);
  texts.set(result, text);
  return text;
}

/** The bytes of a result as the last thing in a message, with the brace that ends it; many sockets write the same. */
export function resultEndingMessage(result: FormattedExecutionResult): Buffer {
  const known = messageEnds.get(result);
  if (known !== undefined) return known;
  const end = Buffer.from(`${JSON.stringify(result)}}`);
  messageEnds.set(result, end);
  return end;
}
