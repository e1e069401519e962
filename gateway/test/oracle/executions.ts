import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import type { CallSubgraph, SubgraphAnswer } from '../../src/execution/subgraphs/subgraph-call.ts';
import type { Data, Moment, Thing } from './data.ts';
import { selectionsOf } from './data.ts';
import { sdlOf } from './sdl.ts';
import type { FieldModel, World } from './world.ts';

type Variables = Record<string, unknown>;
type Path = readonly (string | number)[];

const typeResolver = (value: unknown) => (value as Thing).__typename;

/** Finds a field's model by the name of a type, which for a hidden interface's object is the interface's. */
function fieldFinder({
  objects,
  abstracts,
  query,
  mutation,
}: World): (type: string, field: string) => FieldModel | undefined {
  const models = new Map<string, readonly FieldModel[]>(objects.map(({ name, fields }) => [name, fields]));
  models.set('Query', query).set('Mutation', mutation);
  for (const { name, members } of abstracts) models.set(name, models.get(members[0] ?? '') ?? []);
  return (type, field) => models.get(type)?.find(({ name }) => name === field);
}

function thingOf(source: unknown, typeName: string): Thing {
  return (source as Thing | undefined) ?? { __typename: typeName, identity: typeName };
}

export interface Watch {
  /** Paths at which fields fail besides. */
  failing?: ReadonlySet<string>;
  /** Is told which field is at each path. */
  seen?: Map<string, { type: string; field: string }>;
}

/** Answers by graphql-js alone, on the merged schema. */
export async function answerAsOne(
  world: World,
  data: Data,
  schema: GraphQLSchema,
  { document, variables }: { document: DocumentNode; variables: Variables },
  { failing, seen }: Watch = {},
): Promise<ExecutionResult> {
  const fieldOf = fieldFinder(world);
  const fieldResolver: GraphQLFieldResolver<unknown, Moment> = (source, args, moment, info) =>
    withFailingItems(resolve(source, args, moment, info), pathOf(info.path), failing);
  const resolve: GraphQLFieldResolver<unknown, Moment> = (source, args, moment, info) => {
    const thing = thingOf(source, info.parentType.name);
    const path = JSON.stringify(pathOf(info.path));
    seen?.set(path, { type: info.parentType.name, field: info.fieldName });
    if (failing?.has(path)) throw new GraphQLError('It fails here.');
    const known = data.keyPart(thing, info.fieldName);
    if (known !== undefined) return known;
    const field = fieldOf(info.parentType.name, info.fieldName);
    if (!field) throw new Error(`There is no ${info.parentType.name}.${info.fieldName}.`);
    if (info.parentType.name === 'Mutation') moment.tick += args.by ?? 0;
    if (field.requires && data.isForgotten(field.owners[0] ?? '', thing.identity)) return null;
    if (field.requires) return data.derived(thing, field, data.requiredOf(thing, field, moment));
    return data.fieldValue(thing, field, args, moment);
  };
  const contextValue: Moment = { tick: 0 };
  return execute({ schema, document, variableValues: variables, fieldResolver, typeResolver, contextValue });
}

/** A list whose items fail where they are said to. */
function withFailingItems(value: unknown, path: Path, failing: ReadonlySet<string> | undefined): unknown {
  if (!Array.isArray(value) || !failing?.size) return value;
  return value.map((item, i) => {
    const at = [...path, i];
    return failing.has(JSON.stringify(at)) ? new GraphQLError('It fails here.') : withFailingItems(item, at, failing);
  });
}

function pathOf(path: { prev: unknown; key: string | number } | undefined): Path {
  return path === undefined ? [] : [...pathOf(path.prev as typeof path), path.key];
}

/** Subgraphs that graphql-js executes in this process. */
export function subgraphsInProcess(world: World): (data: Data, moment: Moment) => CallSubgraph {
  const fieldOf = fieldFinder(world);
  const ofSubgraph = new Map(world.subgraphs.map((name) => [name, schemaOf(world, name)]));

  return (data, moment) =>
    async ({ subgraph, query, body }) => {
      const schema = ofSubgraph.get(subgraph);
      if (!schema) throw new Error(`There is no subgraph ${subgraph}.`);
      const document = parse(query);
      const invalid = validate(schema, document);
      if (invalid.length > 0)
        throw new AggregateError(invalid, `${subgraph} cannot be asked ${query}: ${invalid.join(' ')}`);
      const fieldResolver: GraphQLFieldResolver<unknown, Context> = (source, args, _, info) => {
        const thing = thingOf(source, info.parentType.name);
        const known = data.keyPart(thing, info.fieldName);
        if (known !== undefined) return known;
        const field = fieldOf(info.parentType.name, info.fieldName);
        if (!field) throw new Error(`There is no ${info.parentType.name}.${info.fieldName}.`);
        if (info.parentType.name === 'Mutation') moment.tick += args.by ?? 0;
        if (field.overriddenIn === subgraph) throw new GraphQLError(`${subgraph} has ${field.name} no more.`);
        if (field.requires) {
          if (data.isForgotten(subgraph, thing.identity)) return null;
          // A field that brings along what another one requires needs no representation for that.
          return data.derived(
            thing,
            field,
            thing.sent ? requiredOf(thing, field) : data.requiredOf(thing, field, moment),
          );
        }
        return data.fieldValue(thing, field, args, moment);
      };
      const result = await execute({
        schema,
        document,
        variableValues: JSON.parse(body).variables,
        fieldResolver,
        typeResolver,
        contextValue: { data, subgraph } satisfies Context,
      });
      // As it would come over the wire: objects of no class, undefined left out.
      return JSON.parse(JSON.stringify(result)) as SubgraphAnswer;
    };
}

interface Context {
  data: Data;
  subgraph: string;
}

function schemaOf(world: World, subgraph: string): GraphQLSchema {
  const reference = {
    __resolveReference(sent: Record<string, unknown>, { data }: Context) {
      const thing = data.entity(sent);
      return data.isForgotten(subgraph, thing.identity) ? null : thing;
    },
  };
  const hidden = world.abstracts.find((abstract) => abstract.hidden);
  const behind = {
    __resolveReference(sent: Record<string, unknown>, { data }: Context) {
      const thing = data.entity(sent);
      const isHere = hidden?.hidden?.typesIn === subgraph;
      return isHere ? { ...thing, __typename: thing.identity.split(':')[0] } : thing;
    },
  };
  const entities = world.objects.filter(({ keys }) => keys.get(subgraph));
  const resolvers = Object.fromEntries([
    ...entities.map(({ name }) => [name, reference]),
    ...(hidden?.presence.includes(subgraph) ? [[hidden.name, behind]] : []),
  ]);
  return buildSubgraphSchema([{ typeDefs: parse(sdlOf(world, subgraph)), resolvers }]);
}

/** What a representation holds of a field's requirements. Throws where something is missing. */
function requiredOf({ sent = {} }: Thing, { requires = '' }: FieldModel): Record<string, unknown> {
  return picked(sent, selectionsOf(`{ ${requires} }`)) as Record<string, unknown>;
}

function picked(value: unknown, selections: ReturnType<typeof selectionsOf>): unknown {
  if (Array.isArray(value)) return value.map((item) => picked(item, selections));
  if (selections.length === 0 || value === null) return value;
  return Object.fromEntries(
    selections.flatMap((selection) => {
      if (selection.kind !== 'Field') return [];
      const inner = (value as Record<string, unknown>)[selection.name.value];
      if (inner === undefined) throw new GraphQLError(`${selection.name.value} is required and was not sent.`);
      return [[selection.name.value, picked(inner, selection.selectionSet?.selections ?? [])]];
    }),
  );
}
