import { type Finding, placeText, type Report } from './report.ts';

const SIGNS = { error: '✗', warning: '!', notice: '·' } as const;

/** For a terminal. */
export function toText({ title, summary, sections }: Report): string {
  const parts = sections.map((section) => {
    const head = section.summary ? `${section.title}: ${section.summary}` : section.title;
    return [head, ...section.findings.map(findingText)].join('\n');
  });
  return `${[title, ...parts, summary].join('\n\n')}\n`;
}

function findingText({ level, rule, message, details = [], place }: Finding): string {
  const where = place ? `  (${placeText(place)})` : '';
  return [`  ${SIGNS[level]} ${message} [${rule}]${where}`, ...details.map((line) => `      ${line}`)].join('\n');
}
