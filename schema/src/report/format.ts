import { CannotRun, type Option } from '../command.ts';
import { toGithub } from './github.ts';
import { toJson } from './json.ts';
import { toMarkdown } from './markdown.ts';
import { hasErrors, type Report } from './report.ts';
import { toText } from './text.ts';

const FORMATS = { text: toText, json: toJson, github: toGithub, markdown: toMarkdown } as const;

/** The flag of every command that reports. */
export const FORMAT_OPTION = {
  type: 'string',
  default: 'text',
  value: '<format>',
  description: `how to write what was found: ${Object.keys(FORMATS).join(', ')}`,
} as const satisfies Option;

/** Finds how to write a report; ask before the work begins. Throws CannotRun for a format there is not. */
export function formatNamed(name: string): (report: Report) => string {
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name as keyof typeof FORMATS] : undefined;
  if (!format)
    throw new CannotRun(`There is no format ${JSON.stringify(name)}: choose from ${Object.keys(FORMATS).join(', ')}.`);
  return format;
}

/** The exit code a report stands for. */
export function exitCodeOf(report: Report): 0 | 1 {
  return hasErrors(report) ? 1 : 0;
}
