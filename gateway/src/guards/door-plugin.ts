import type { ApolloServerPlugin } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import { coerceVariables } from '../errors/bad-variables.ts';
import type { RequestContext } from '../request-context.ts';
import type { Door } from './door.ts';
import type { GuardSettings } from './guard-settings.ts';
import type { GuardedSchema } from './guarded-operation.ts';

export interface DoorPluginOptions {
  door: Door;
  cost: GuardSettings['cost'];
  supergraphOf: (schema: GraphQLSchema) => GuardedSchema;
}

/** The door's word on operations that Apollo Server has validated. */
export function doorPlugin({ door, cost, supergraphOf }: DoorPluginOptions): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      let estimated: number | null = null;
      return {
        async didResolveOperation({ document, operation, schema, request, contextValue }) {
          if (!operation) return;
          const supergraph = supergraphOf(schema);
          const variables = coerceVariables(supergraph.apiSchema, operation, request.variables);
          // The executor says what is wrong with them.
          if ('errors' in variables) return;
          const guarded = door.prepare(supergraph, document, operation);
          estimated = door.costOf(guarded, variables.values, contextValue.client);
          await door.admitOperation(guarded, estimated, contextValue);
        },
        async willSendResponse({ request, response }) {
          if (estimated === null || !showsCost(cost.inAnswer, request.extensions)) return;
          if (response.body.kind !== 'single') return;
          const { singleResult } = response.body;
          singleResult.extensions = { ...singleResult.extensions, cost: { estimated, max: cost.max } };
        },
      };
    },
  };
}

/** COST_IN_ANSWER: `asked` shows `extensions.cost` to whoever sends `"extensions": { "cost": true }`. */
function showsCost(inAnswer: GuardSettings['cost']['inAnswer'], extensions: unknown): boolean {
  if (inAnswer !== 'asked') return inAnswer === 'always';
  return (extensions as { cost?: unknown } | undefined)?.cost === true;
}
