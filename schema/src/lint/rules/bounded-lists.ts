import { type GraphQLSchema, isCompositeType, Kind, type TypeNode } from 'graphql';
import { found, type Rule } from '../rule.ts';

const SLICES = new Set(['first', 'last', 'limit']);

export const boundedLists: Rule = {
  name: 'bounded-lists',
  summary:
    'A list of objects is a page (first, last, limit), or says by @listSize how long it may be assumed to be; not the parts of a connection and userErrors.',
  check: ({ elements, api }) =>
    elements.flatMap((element) => {
      if (element.kind !== 'field' || /Connection$/.test(element.typeName)) return [];
      const { name, type, arguments: args = [], directives = [] } = element.node;
      if (name.value === 'userErrors' || !isListOfObjects(type, api)) return [];
      const isBounded =
        args.some((argument) => SLICES.has(argument.name.value)) ||
        directives.some((directive) => directive.name.value === 'listSize');
      const message = `${element.coordinate} is a list that may be of any length: make it a connection, or say @listSize(assumedSize: …).`;
      return isBounded ? [] : [found('bounded-lists', element, message)];
    }),
};

function isListOfObjects(type: TypeNode, api: GraphQLSchema, isInList = false): boolean {
  if (type.kind === Kind.NAMED_TYPE) return isInList && isCompositeType(api.getType(type.name.value));
  return isListOfObjects(type.type, api, isInList || type.kind === Kind.LIST_TYPE);
}
