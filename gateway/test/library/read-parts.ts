import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';

export interface Incremental {
  data: Record<string, unknown> | null;
  path: (string | number)[];
  label?: string;
  errors?: GraphQLFormattedError[];
}

export interface Part extends FormattedExecutionResult {
  incremental?: Incremental[];
  hasNext: boolean;
}

/** Asks as a client does that takes an answer in parts, and gives each as soon as its boundary has come. */
export async function* readParts(response: Response): AsyncGenerator<Part> {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const pieces = (text + chunk).split('\r\n---');
    text = pieces.pop() ?? '';
    for (const piece of pieces) {
      const [head = '', body] = piece.split('\r\n\r\n');
      if (body === undefined) continue;
      if (head.trim() !== 'content-type: application/json; charset=utf-8') throw new Error(`A part begins ${head}.`);
      yield JSON.parse(body);
    }
  }
  if (text !== '--\r\n') throw new Error(`The answer ends with ${JSON.stringify(text)}.`);
}

/** All parts in one, as clients merge them. */
export function mergeParts(parts: readonly Part[]): FormattedExecutionResult {
  const [first, ...later] = parts;
  const whole = { data: first?.data, errors: [...(first?.errors ?? [])] };
  for (const { data, path, errors } of later.flatMap(({ incremental = [] }) => incremental)) {
    whole.errors.push(...(errors ?? []));
    const at = path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], whole.data);
    mergeInto(at as Record<string, unknown>, data ?? {});
  }
  return { data: whole.data, ...(whole.errors.length > 0 && { errors: whole.errors }) };
}

function mergeInto(target: Record<string, unknown>, source: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(source)) {
    const present = target[key];
    const bothObjects = typeof present === 'object' && present !== null && typeof value === 'object' && value !== null;
    if (bothObjects) mergeInto(present as Record<string, unknown>, value as Record<string, unknown>);
    else target[key] = value;
  }
}
