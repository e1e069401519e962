import type { StoredLetter } from './dead-letters.ts';

const LONGEST_REASON = 100;

/** `table`: one line each, for people; `json`: the same as one JSON array; `whole`: everything, one JSON object after another. */
export function printLetters(letters: readonly StoredLetter[], form: 'table' | 'json' | 'whole'): void {
  if (form === 'json') printJson(letters.map(summaryOf));
  else if (form === 'whole') for (const { number, letter } of letters) printJson({ number, ...letter });
  else if (letters.length === 0) process.stdout.write('There are no dead letters.\n');
  else printTable(letters);
}

function printTable(letters: readonly StoredLetter[]): void {
  const head = ['NUMBER', 'TIME', 'STREAM', 'CONSUMER', 'TYPE', 'EVENT ID', 'DELIVERIES', 'ERROR'];
  const rows = letters
    .map(summaryOf)
    .map(({ number, at, stream, consumer, type, eventId, deliveries, error }) => [
      ...[String(number), at, stream, consumer, type, eventId ?? '–', String(deliveries)],
      shortened(error),
    ]);
  for (const line of aligned([head, ...rows])) process.stdout.write(`${line}\n`);
}

function summaryOf({ number, letter, eventId, type }: StoredLetter) {
  const { stream, consumer, error, deliveries, at } = letter;
  return { number, stream, consumer, eventId, type, error, deliveries, at };
}

function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

function shortened(reason: string): string {
  const line = reason.replace(/\s+/g, ' ');
  return line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON - 1)}…` : line;
}

function aligned(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
