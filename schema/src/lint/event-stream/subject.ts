import type { GraphQLField } from 'graphql';
import { SETTINGS_FILE } from '../../settings.ts';
import type { LintSettings } from '../lint-settings.ts';

/** An event of `lint.events` that a subject names. */
export interface KnownEvent {
  type: string;
  stream: string;
  data: readonly string[];
}

const TEMPLATE = /\{([^}]*)\}/g;

/** Checks `coupon.issued.{viewer.id}`: the words name an event of the stream, the templates arguments of the field. */
export function checkSubject(
  { stream, subject }: { stream: string; subject: string },
  field: GraphQLField<unknown, unknown>,
  events: LintSettings['events'],
): { event: KnownEvent | null; hasViewer: boolean; problems: string[] } {
  const problems: string[] = [];
  const templates = [...subject.matchAll(TEMPLATE)].map(([, name]) => name as string);
  for (const template of templates) {
    const [source, name, ...more] = template.split('.');
    if (source === 'viewer' && name === 'id' && more.length === 0) continue;
    if (source !== 'args' || name === undefined || more.length > 0)
      problems.push(`{${template}} in its subject is neither {args.…} nor {viewer.id}`);
    else if (!field.args.some((argument) => argument.name === name))
      problems.push(`its subject names the argument ${name}, which it does not take`);
  }
  const type = subject
    .replace(TEMPLATE, '')
    .replace(/\.+$/, '')
    .replace(/\.{2,}/g, '.');
  const known = Object.hasOwn(events, type) ? events[type] : undefined;
  if (!known)
    problems.push(`lint.events of ${SETTINGS_FILE} knows no event ${type || '(none)'}, which its subject names`);
  else if (known.stream !== stream) problems.push(`${type} is kept by the stream ${known.stream}, not by ${stream}`);
  return { event: known ? { type, ...known } : null, hasViewer: templates.includes('viewer.id'), problems };
}
