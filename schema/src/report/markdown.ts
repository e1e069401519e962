import { type Finding, oneLine, placeText, type Report } from './report.ts';

const SIGNS = { error: '❌', warning: '⚠️', notice: 'ℹ️' } as const;

/** For a comment on a pull request, or the summary of a job. */
export function toMarkdown({ title, summary, sections }: Report): string {
  const parts = sections.map((section) =>
    [
      `### ${section.title}`,
      ...(section.summary ? [escaped(section.summary)] : []),
      ...(section.findings.length > 0 ? [section.findings.map(item).join('\n')] : []),
    ].join('\n\n'),
  );
  return `${[`## ${escaped(title)}`, `**${escaped(summary)}**`, ...parts].join('\n\n')}\n`;
}

function item({ level, rule, coordinate, message, details = [], place }: Finding): string {
  const where = place ? ` — ${code(placeText(place))}` : '';
  const what = coordinate ? `${code(coordinate)} ` : '';
  // Most begin with what they are about.
  const said = coordinate && message.startsWith(`${coordinate} `) ? message.slice(coordinate.length + 1) : message;
  return [
    `- ${SIGNS[level]} ${what}${escaped(said)} _(${rule})_${where}`,
    ...details.map((line) => `  - ${escaped(line)}`),
  ].join('\n');
}

/**
 * Types like `[Int!]` and `__typename` would else be read as links and stress. Directives become code: a comment with a
 * bare `@key` in it calls the person of that name.
 */
function escaped(value: string): string {
  const parts = oneLine(value).split(/(@\w[\w/-]*)/);
  return parts.map((part, i) => (i % 2 === 1 ? code(part) : part.replace(/[\\*_[\]<>|`~&#]/g, '\\$&'))).join('');
}

function code(value: string): string {
  return `\`${oneLine(value).replaceAll('`', "'")}\``;
}
