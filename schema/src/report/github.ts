import { type Finding, oneLine, type Report } from './report.ts';

/** Annotations of GitHub Actions, which shows only the first few, so nothing that is merely good to know: https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
export function toGithub({ title, summary, sections }: Report): string {
  const annotations = sections.flatMap((section) =>
    section.findings.filter(({ level }) => level !== 'notice').map((finding) => annotation(section.title, finding)),
  );
  return `${[...annotations, oneLine(`${title}: ${summary}`)].join('\n')}\n`;
}

function annotation(section: string, { level, rule, message, details = [], place }: Finding): string {
  const properties = [
    place && `file=${property(place.file)}`,
    place?.line && `line=${place.line}`,
    place?.column && `col=${place.column}`,
    `title=${property(`${section}: ${rule}`)}`,
  ];
  return `::${level} ${properties.filter(Boolean).join(',')}::${text([message, ...details].map(oneLine).join('\n'))}`;
}

function text(value: string): string {
  return value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(value: string): string {
  return text(value).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
