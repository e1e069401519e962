import { createHash } from 'node:crypto';
import { Supergraph as ComposedSupergraph, ROUTER_SUPPORTED_SUPERGRAPH_FEATURES } from '@apollo/federation-internals';
import { type DefinitionNode, type DocumentNode, Kind, parse, print, printSchema } from 'graphql';
import { type AccessRules, readAccessRules } from '../guards/access-rules.ts';
import { type CostRules, readCostRules } from '../guards/cost-rules.ts';
import { readSupergraphFacts, type SupergraphFacts } from '../planning/supergraph-facts.ts';
import { readEventStreams } from '../subscriptions/event-stream.ts';
import { type EntityKeys, readEntityKeys } from './entity-keys.ts';

/** What a supergraph's text says, as plain data: it can be found out in one thread and used in another. */
export interface SupergraphDescription {
  id: string;
  sdl: string;
  /** The definitions of both schemas, in pieces that can be parsed without keeping anybody waiting. */
  apiDefinitions: readonly string[];
  fullDefinitions: readonly string[];
  /** As much of the document as declares event streams. */
  eventDefinitions: string;
  facts: SupergraphFacts;
  entityKeys: EntityKeys;
  subgraphs: readonly { name: string; url: string }[];
  costRules: CostRules;
  accessRules: AccessRules;
}

/** Tells contents apart. */
export function idOf(sdl: string): string {
  return createHash('sha256').update(sdl).digest('hex').slice(0, 16);
}

/** Throws when the text is not a supergraph this gateway can serve. Takes seconds for thousands of types. */
export function describeSupergraph(sdl: string): SupergraphDescription {
  const composed = ComposedSupergraph.build(sdl, {
    validateSupergraph: true,
    supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  });
  const document = parse(sdl, { noLocation: true });
  // Whether a client gets deferred parts later or at once is a matter of how it takes its answer.
  const apiSchema = composed.apiSchema().toGraphQLJSSchema({ includeDefer: true });
  const events = eventDefinitions(document, apiSchema.getSubscriptionType()?.name);
  readEventStreams(events, apiSchema);
  return {
    id: idOf(sdl),
    sdl,
    apiDefinitions: inPieces(parse(printSchema(apiSchema), { noLocation: true }).definitions),
    fullDefinitions: inPieces(document.definitions),
    eventDefinitions: print(events),
    facts: readSupergraphFacts(document),
    entityKeys: readEntityKeys(document),
    subgraphs: composed.subgraphsMetadata().map(({ name, url }) => ({ name, url })),
    costRules: readCostRules(document),
    accessRules: readAccessRules(document),
  };
}

function eventDefinitions({ definitions }: DocumentNode, root: string | undefined): DocumentNode {
  const declaring = definitions.filter(
    (definition) =>
      definition.kind === Kind.SCHEMA_DEFINITION ||
      (definition.kind === Kind.OBJECT_TYPE_DEFINITION && definition.name.value === root),
  );
  return { kind: Kind.DOCUMENT, definitions: declaring };
}

/** About a millisecond to parse. */
const PIECE_CHARACTERS = 20_000;

function inPieces(definitions: readonly DefinitionNode[]): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const definition of definitions) {
    piece += `${print(definition)}\n`;
    if (piece.length < PIECE_CHARACTERS) continue;
    pieces.push(piece);
    piece = '';
  }
  return piece === '' ? pieces : [...pieces, piece];
}
