import { type Finding, oneLine, placeText, type Report } from './report.ts';

const SIGNS = { error: '✗', warning: '!', notice: '·' } as const;

/** For a terminal. */
export function toText({ title, summary, sections }: Report): string {
  const parts = sections.map((section) => {
    const head = section.summary ? `${section.title}: ${oneLine(section.summary)}` : section.title;
    return [head, ...section.findings.map(findingText)].join('\n');
  });
  return `${[oneLine(title), ...parts, oneLine(summary)].join('\n\n')}\n`;
}

function findingText({ level, rule, message, details = [], place }: Finding): string {
  const where = place ? `  (${oneLine(placeText(place))})` : '';
  return [
    `  ${SIGNS[level]} ${oneLine(message)} [${rule}]${where}`,
    ...details.map((line) => `      ${oneLine(line)}`),
  ].join('\n');
}
