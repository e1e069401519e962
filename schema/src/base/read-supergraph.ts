import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { buildASTSchema, type GraphQLSchema } from 'graphql';
import { CannotRun } from '../command.ts';
import { parseGraphql } from '../parse-graphql.ts';
import type { SourceFile } from '../repository.ts';

export interface ReadSchema {
  apiSchema: GraphQLSchema;
  /** Null for an API schema. */
  supergraphSdl: string | null;
}

/** Reads what clients see from a supergraph or from an API schema. Throws CannotRun for what is neither. */
export function readSchema(source: SourceFile): ReadSchema {
  const document = parseGraphql(source);
  const isSupergraph = document.definitions.some((one) => 'name' in one && one.name?.value === 'join__Graph');
  try {
    if (!isSupergraph) return { apiSchema: buildASTSchema(document), supergraphSdl: null };
    return { apiSchema: supergraphOf(source.text).apiSchema().toGraphQLJSSchema(), supergraphSdl: source.text };
  } catch (error) {
    const [line] = (error as Error).message.split('\n');
    throw new CannotRun(`${source.file} is neither a supergraph nor an API schema: ${line}`);
  }
}

/** Opens a supergraph that has been composed, with whatever it asks of gateways. */
export function supergraphOf(sdl: string): Supergraph {
  return Supergraph.build(sdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
}
