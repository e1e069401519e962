import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { Logger } from '@shop/service-kit';
import { toClientError } from './errors/client-error.ts';
import { statusCodes } from './http/status-codes.ts';
import type { GatewayMetrics } from './observability/gateway-metrics.ts';
import { operationPlugin } from './observability/operation-plugin.ts';
import type { RequestContext } from './request-context.ts';

export interface ApolloServerOptions {
  gateway: GatewayInterface;
  introspection: boolean;
  log: Logger;
  metrics: GatewayMetrics;
}

/** Parses, validates and guards operations, and has the gateway execute them. */
export async function startApolloServer({
  gateway,
  introspection,
  log,
  metrics,
}: ApolloServerOptions): Promise<ApolloServer<RequestContext>> {
  const server = new ApolloServer<RequestContext>({
    gateway,
    introspection,
    csrfPrevention: true,
    // A client that may not read the schema must not learn it from suggestions either.
    hideSchemaDetailsFromClientErrors: !introspection,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: toClientError,
    logger: log,
    plugins: [
      operationPlugin(log, metrics),
      statusCodes,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await server.start();
  return server;
}
