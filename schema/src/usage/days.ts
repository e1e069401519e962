import { CannotRun } from '../command.ts';

const DAY_MS = 86_400_000;

/** Reads `30d` or `4w` as a number of days. Throws CannotRun. */
export function daysIn(period: string): number {
  const [, count, unit] = /^([1-9]\d{0,3})([dw])$/.exec(period) ?? [];
  if (count === undefined) throw new CannotRun(`--period ${period} is no period: write 30d for days, or 4w for weeks.`);
  return Number(count) * (unit === 'w' ? 7 : 1);
}

/** The day so many days before another; both as `2026-11-20`. */
export function daysBefore(day: string, days: number): string {
  return dayOf(new Date(Date.parse(day) - days * DAY_MS));
}

/** The day of a time, in UTC. */
export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
