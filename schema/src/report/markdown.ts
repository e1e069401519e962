import { type Finding, placeText, type Report } from './report.ts';

const SIGNS = { error: '❌', warning: '⚠️', notice: 'ℹ️' } as const;

/** For a comment on a pull request, or the summary of a job. */
export function toMarkdown({ title, summary, sections }: Report): string {
  const parts = sections.map((section) =>
    [
      `### ${section.title}`,
      ...(section.summary ? [section.summary] : []),
      ...(section.findings.length > 0 ? [section.findings.map(item).join('\n')] : []),
    ].join('\n\n'),
  );
  return `${[`## ${title}`, `**${summary}**`, ...parts].join('\n\n')}\n`;
}

function item({ level, rule, coordinate, message, details = [], place }: Finding): string {
  const where = place ? ` — \`${placeText(place)}\`` : '';
  const what = coordinate ? `\`${coordinate}\` ` : '';
  return [
    `- ${SIGNS[level]} ${what}${escaped(message)} _(${rule})_${where}`,
    ...details.map((line) => `  - ${escaped(line)}`),
  ].join('\n');
}

/** Types like `[Int!]` and `__typename` would else be read as links and stress. */
function escaped(value: string): string {
  return value.replace(/[\\*_[\]<>|]/g, '\\$&').replaceAll('\n', ' ');
}
