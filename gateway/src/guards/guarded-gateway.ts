import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { GraphQLSchema } from 'graphql';
import type { RequestContext } from '../request-context.ts';
import { type Door, granteeOf } from './door.ts';
import { refusedAt } from './granted.ts';
import type { GuardedSchema } from './guarded-operation.ts';
import { nullRefused } from './refused-fields.ts';

/** A gateway that executes of every operation what its viewer may have, and nulls the rest. */
export function guardFields(
  gateway: GatewayInterface,
  { door, supergraphOf }: { door: Door; supergraphOf: (schema: GraphQLSchema) => GuardedSchema },
): GatewayInterface {
  return {
    onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
    stop: () => gateway.stop(),
    async load(options) {
      const { executor } = await gateway.load(options);
      if (executor === null) return { executor };
      return {
        async executor(request) {
          if (!request.operation) return executor(request);
          const context = request.context as RequestContext;
          const guarded = door.prepare(supergraphOf(request.schema), request.document, request.operation);
          const authorized = await door.authorize(guarded, context);
          if (authorized === null) return executor(request);
          const { document, operation, text: source, refused } = authorized;
          const result = await executor({ ...request, document, operation, source });
          return nullRefused(result, refused, (path) => refusedAt(path, granteeOf(context)));
        },
      };
    },
  };
}
