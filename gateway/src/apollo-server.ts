import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import type { Logger } from '@shop/service-kit';
import type { FormatError } from './errors/client-error.ts';
import { statusCodes } from './http/status-codes.ts';
import type { GatewayMetrics } from './observability/gateway-metrics.ts';
import { operationPlugin } from './observability/operation-plugin.ts';
import type { RequestContext } from './request-context.ts';

export interface ApolloServerOptions {
  gateway: GatewayInterface;
  plugins: ApolloServerPlugin<RequestContext>[];
  format: FormatError;
  log: Logger;
  metrics: GatewayMetrics;
}

/** Parses, validates and guards operations, and has the gateway execute them. */
export async function startApolloServer({
  gateway,
  plugins,
  format,
  log,
  metrics,
}: ApolloServerOptions): Promise<ApolloServer<RequestContext>> {
  const server = new ApolloServer<RequestContext>({
    gateway,
    // The door has judged both before.
    introspection: true,
    csrfPrevention: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: format,
    logger: log,
    plugins: [
      operationPlugin(log, metrics),
      ...plugins,
      statusCodes,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await server.start();
  return server;
}
