import {
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Element } from '../elements.ts';
import { found, type Rule } from '../rule.ts';

/** https://relay.dev/graphql/connections.htm */
export const connections: Rule = {
  name: 'connections',
  summary:
    'A type …Connection has edges: [XEdge!]! with cursor: String! and node, and pageInfo: PageInfo!; a field that gives one takes first: Int and after: String.',
  check({ elements, api }) {
    const seen = new Set<string>();
    return elements.flatMap((element) => {
      if (seen.has(element.coordinate)) return [];
      seen.add(element.coordinate);
      return problemsOf(element, api).map((problem) =>
        found('connections', element, `${element.coordinate} ${problem}.`),
      );
    });
  },
};

function problemsOf(element: Element, api: GraphQLSchema): string[] {
  const type = api.getType(element.typeName);
  if (!isObjectType(type)) return [];
  if (element.kind === 'type') return type.name.endsWith('Connection') ? shapeProblems(type) : [];
  if (element.kind !== 'field') return [];
  const field = type.getFields()[element.node.name.value];
  if (!field || !getNamedType(field.type).name.endsWith('Connection')) return [];
  const types = new Map(field.args.map((argument) => [argument.name, String(argument.type)]));
  return [
    ...(/^Int!?$/.test(types.get('first') ?? '') ? [] : ['gives pages and should take `first: Int`']),
    ...(types.get('after') === 'String' ? [] : ['gives pages and should take `after: String`']),
  ];
}

function shapeProblems(connection: GraphQLObjectType): string[] {
  const { edges, pageInfo } = connection.getFields();
  const edge = edges && getNamedType(edges.type);
  const isList = edges && isNonNullType(edges.type) && isListType(edges.type.ofType);
  const parts = isObjectType(edge) ? edge.getFields() : {};
  return [
    ...(isList && edge?.name.endsWith('Edge') ? [] : ['should have `edges: […Edge!]!`']),
    ...(String(parts.cursor?.type) === 'String!' && parts.node
      ? []
      : ['should have edges with `cursor: String!` and `node`']),
    ...(String(pageInfo?.type) === 'PageInfo!' ? [] : ['should have `pageInfo: PageInfo!`']),
  ];
}
