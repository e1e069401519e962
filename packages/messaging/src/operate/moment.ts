import { UsageError } from './usage-error.ts';

const unitMs: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A point in time from what an operator writes: ISO 8601, or how long ago (`30s`, `15m`, `2h`, `7d`). */
export function momentOf(flag: string, text: string, now = new Date()): Date {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(now.getTime() - Number(count) * (unitMs[unit] ?? 0));
  const isTime = /^\d{4}-\d{2}-\d{2}(T.*)?$/.test(text) && !Number.isNaN(Date.parse(text));
  if (!isTime) {
    throw new UsageError(
      `${flag} ${JSON.stringify(text)} is no time: write 2h (two hours ago; s, m, h, d) or 2026-02-11T10:30:00Z.`,
    );
  }
  return new Date(text);
}
