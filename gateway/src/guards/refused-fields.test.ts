import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  buildSchema,
  defaultFieldResolver,
  type FieldNode,
  GraphQLError,
  getOperationAST,
  graphqlSync,
  isCompositeType,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type Requirement, readAccessRules, requirementsOf } from './access-rules.ts';
import { accessOf } from './field-authorization.ts';
import { nullRefused } from './refused-fields.ts';

const SDL = /* GraphQL */ `
  directive @authenticated on FIELD_DEFINITION | OBJECT
  directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT
  type Query { box: Box, boxes: [Box!], all: [Thing]!, strict: [[Box!]!]!, lid: Lid! @authenticated }
  interface Thing { name: String, size: Int!, box: Box }
  type Box implements Thing {
    name: String @requiresScopes(scopes: [["a"]]), size: Int!, box: Box, lid: Lid!, lids: [Lid!]! @requiresScopes(scopes: [["b"]]), things: [Thing!]
  }
  type Lid implements Thing @requiresScopes(scopes: [["c"]]) { name: String, size: Int! @authenticated, box: Box }
`;
const LINKS = ['authenticated', 'requiresScopes'].map((name) => `@link(url: "https://specs.apollo.dev/${name}/v0.1")`);
const apiSchema = buildSchema(SDL);
const accessRules = readAccessRules(parse(`schema ${LINKS.join(' ')} { query: Query } ${SDL}`));
const FIELDS: Record<string, readonly [field: string, type: string | null][]> = {
  Query: [
    ['box', 'Box'],
    ['boxes', 'Box'],
    ['all', 'Thing'],
    ['strict', 'Box'],
    ['lid', 'Lid'],
  ],
  Thing: [
    ['name', null],
    ['size', null],
    ['box', 'Box'],
  ],
  Box: [
    ['name', null],
    ['size', null],
    ['box', 'Box'],
    ['lid', 'Lid'],
    ['lids', 'Lid'],
    ['things', 'Thing'],
  ],
  Lid: [
    ['name', null],
    ['size', null],
    ['box', 'Box'],
  ],
};

/** Every field has an alias of its own, so that no two are one. */
const selections = (type: string, depth: number): fc.Arbitrary<string> => {
  const fields = (FIELDS[type] ?? []).filter(([, inner]) => inner === null || depth > 0);
  const field = fc
    .constantFrom(...fields)
    .chain(([name, inner]) =>
      inner === null ? fc.constant(`@: ${name}`) : selections(inner, depth - 1).map((set) => `@: ${name} ${set}`),
    );
  const inline = fc
    .constantFrom(...(type === 'Thing' ? ['Box', 'Lid', 'Thing'] : [type]))
    .chain((on) => selections(on, depth - 1).map((set) => `... on ${on} ${set}`));
  const one = depth > 0 && type !== 'Query' ? fc.oneof({ weight: 3, arbitrary: field }, inline) : field;
  return fc.array(one, { minLength: 1, maxLength: 3 }).map((all) => `{ ${all.join(' ')} }`);
};
const numbered = (text: string) => {
  let count = 0;
  return text.replace(/@/g, () => `f${count++}`);
};

const lid = (box: unknown) => ({ __typename: 'Lid', name: 'lid', size: 1, box });
const small = { __typename: 'Box', name: 'small', size: 1, box: null, lid: lid(null), lids: [lid(null)], things: null };
const large = { ...small, name: 'large', box: small, lids: [lid(small), lid(null)], things: [small, lid(small)] };
const rootValue = {
  box: large,
  boxes: [large, small],
  all: [small, null, lid(large)],
  strict: [[large], [small, small]],
  lid: lid(large),
};

it('leaves what is left when the refused fields fail where they are resolved', () => {
  const anyOf = fc.subarray(['authenticated', 'a', 'b', 'c']);
  fc.assert(
    fc.property(selections('Query', 4).map(numbered), anyOf, (text, held) => {
      const document = parse(text);
      expect(validate(apiSchema, document)).toEqual([]);
      const operation = getOperationAST(document);
      if (!operation) throw new Error('There is no operation.');
      const isMet = (requirement: Requirement) =>
        requirement.kind === 'authenticated'
          ? held.includes('authenticated')
          : requirement.anyOf.some((all) => all.every((one) => held.includes(one)));

      const refusedNodes = new Set<string>();
      const types = new TypeInfo(apiSchema);
      const note = (node: FieldNode) => {
        const parent = types.getParentType();
        if (!isCompositeType(parent)) return;
        const met = requirementsOf(apiSchema, accessRules, parent, node.name.value).every(isMet);
        if (!met) refusedNodes.add(String(node.alias?.value));
      };
      visit(document, visitWithTypeInfo(types, { Field: note }));
      const expected = graphqlSync({
        schema: apiSchema,
        source: text,
        rootValue,
        fieldResolver(source, args, context, info) {
          if (refusedNodes.has(String(info.fieldNodes[0]?.alias?.value))) throw new Error('refused');
          return defaultFieldResolver(source, args, context, info);
        },
      });

      const access = accessOf({ apiSchema, accessRules }, document, operation);
      const authorized = access?.authorize(access.requirements.map(isMet)) ?? null;
      const result = graphqlSync({ schema: apiSchema, source: authorized?.text ?? text, rootValue });
      expect(result.errors).toBeUndefined();
      const answer = authorized
        ? nullRefused(result, authorized.refused, (path) => new GraphQLError('refused', { path }))
        : result;

      expect(JSON.parse(JSON.stringify(answer.data))).toEqual(JSON.parse(JSON.stringify(expected.data)));
      const paths = new Set(answer.errors?.map(({ path }) => path?.join('.')));
      // Of several errors that null the same value, an executor need not tell all.
      for (const { path } of expected.errors ?? []) expect(paths).toContain(path?.join('.'));
      expect(paths.size > 0).toBe((expected.errors?.length ?? 0) > 0);
    }),
    { numRuns: 100 },
  );
});
