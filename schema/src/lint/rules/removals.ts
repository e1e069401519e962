import {
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import type { Finding } from '../../report/report.ts';
import { coordinatesOf } from '../elements.ts';
import type { Rule } from '../rule.ts';
import { removalDate } from './deprecations.ts';

export const removals: Rule = {
  name: 'removals',
  summary:
    'What is removed was deprecated before, and its date has passed: one that has not is an error, no deprecation at all a warning (whether it breaks clients is for the diff to say).',
  check({ api, base, today }) {
    if (base === null) return [];
    const left = coordinatesOf(api);
    return [...reasonsOf(base)].flatMap(([coordinate, reason]): Finding[] => {
      const owner = coordinate.slice(0, coordinate.lastIndexOf(coordinate.endsWith(')') ? '(' : '.'));
      // What goes with the whole is said once, of the field or type that led there.
      if (left.has(coordinate) || !left.has(owner)) return [];
      const rule = removals.name;
      if (reason === null) {
        const message = `${coordinate} is removed and was never deprecated.`;
        return [{ level: 'warning', rule, coordinate, message }];
      }
      const date = removalDate(reason);
      if (date === null || date < today) return [];
      const message = `${coordinate} is removed, and clients were told that it stays until ${date}.`;
      return [{ level: 'error', rule, coordinate, message }];
    });
  },
};

/** Why each part of a schema is deprecated, by coordinate; null for what is not. */
function reasonsOf(schema: GraphQLSchema): Map<string, string | null> {
  const reasons = new Map<string, string | null>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type)) continue;
    if (isEnumType(type)) {
      for (const value of type.getValues()) reasons.set(`${type.name}.${value.name}`, value.deprecationReason ?? null);
    } else if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields()))
        reasons.set(`${type.name}.${field.name}`, field.deprecationReason ?? null);
    } else if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        reasons.set(`${type.name}.${field.name}`, field.deprecationReason ?? null);
        for (const argument of field.args)
          reasons.set(`${type.name}.${field.name}(${argument.name}:)`, argument.deprecationReason ?? null);
      }
    }
  }
  return reasons;
}
