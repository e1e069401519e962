import { hasErrors, type Report } from './report.ts';

/** For programs: the report as it is, and whether it failed. */
export function toJson(report: Report): string {
  return `${JSON.stringify({ ok: !hasErrors(report), ...report }, null, 2)}\n`;
}
