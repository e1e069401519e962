import type { Element } from '../elements.ts';
import { found, type Rule } from '../rule.ts';

const PASCAL = /^[A-Z][A-Za-z0-9]*$/;
const CAMEL = /^[a-z][A-Za-z0-9]*$/;
const UPPER = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;

export const names: Rule = {
  name: 'names',
  summary:
    'Types are called LikeThis, fields and arguments likeThis, enum values LIKE_THIS; input types end in Input, and nothing else does.',
  check: ({ elements }) => {
    const seen = new Set<string>();
    return elements.flatMap((element) => {
      const problem = seen.has(element.coordinate) ? null : problemOf(element);
      seen.add(element.coordinate);
      return problem ? [found('names', element, `${element.coordinate} ${problem}.`)] : [];
    });
  },
};

function problemOf({ kind, node }: Element): string | null {
  const name = node.name.value;
  switch (kind) {
    case 'type': {
      if (!PASCAL.test(name)) return 'is a type and should be called LikeThis';
      const isInput = node.kind.startsWith('InputObject');
      if (isInput && !name.endsWith('Input')) return 'is an input type, and its name should end in Input';
      return !isInput && name.endsWith('Input') ? 'is no input type, and its name should not end in Input' : null;
    }
    case 'enum value':
      return UPPER.test(name) ? null : 'is an enum value and should be called LIKE_THIS';
    default:
      return CAMEL.test(name) ? null : `is ${kind === 'field' ? 'a' : 'an'} ${kind} and should be called likeThis`;
  }
}
