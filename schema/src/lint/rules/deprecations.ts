import { valueFromASTUntyped } from 'graphql';
import { found, type Rule } from '../rule.ts';

const DATE = /\bremove after (\d{4}-\d{2}-\d{2})\b/i;

export const deprecations: Rule = {
  name: 'deprecations',
  summary: '@deprecated says what to use instead and "remove after YYYY-MM-DD"; a date that has passed is a reminder.',
  check: ({ elements, today }) =>
    elements.flatMap((element) => {
      const directive = element.node.directives?.find(({ name }) => name.value === 'deprecated');
      if (!directive) return [];
      const given = directive.arguments?.find(({ name }) => name.value === 'reason')?.value;
      const date = removalDate(given ? String(valueFromASTUntyped(given)) : undefined);
      if (date === null) {
        const message = `${element.coordinate} is deprecated without "remove after YYYY-MM-DD" in its reason.`;
        return [found('deprecations', element, message)];
      }
      if (date >= today) return [];
      return [found('deprecations', element, `${element.coordinate} was to be removed after ${date}.`, 'warning')];
    }),
};

/** The date a reason for a deprecation promises, as YYYY-MM-DD; null when it names none that exists. */
export function removalDate(reason: string | null | undefined): string | null {
  const date = DATE.exec(reason ?? '')?.[1];
  const time = new Date(`${date}T00:00:00Z`);
  return date !== undefined && !Number.isNaN(time.getTime()) && time.toISOString().startsWith(date) ? date : null;
}
