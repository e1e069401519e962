import type { Element } from '../elements.ts';
import { found, type Rule } from '../rule.ts';

const ROOTS = new Set(['Query', 'Mutation', 'Subscription']);

export const descriptions: Rule = {
  name: 'descriptions',
  summary:
    'Types, fields, arguments, input fields and enum values have a description, in one of the subgraphs that declare them; not the root types, the argument `input` of a mutation, and the values of an enum of error codes.',
  check({ elements }) {
    const described = new Set(
      elements
        .filter(({ node }) => 'description' in node && node.description?.value)
        .map(({ coordinate }) => coordinate),
    );
    const missing = new Map<string, Element>();
    for (const element of elements) {
      if (described.has(element.coordinate) || missing.has(element.coordinate) || speaksForItself(element)) continue;
      missing.set(element.coordinate, element);
    }
    return [...missing.values()].map((element) =>
      found('descriptions', element, `${element.coordinate} has no description.`),
    );
  },
};

function speaksForItself({ kind, typeName, node: { name } }: Element): boolean {
  if (kind === 'type') return ROOTS.has(typeName);
  // Its type is described.
  if (kind === 'argument') return typeName === 'Mutation' && name.value === 'input';
  // The code is for programs; what it says to people is in the message beside it.
  return kind === 'enum value' && typeName.endsWith('ErrorCode');
}
