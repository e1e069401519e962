import type { ApolloServerPlugin } from '@apollo/server';
import type { Logger } from '@shop/service-kit';
import type { RequestContext } from '../request-context.ts';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { reportErrors } from './report-errors.ts';

/** Measures every operation, and writes one line for each that failed. */
export function operationPlugin(log: Logger, metrics: GatewayMetrics): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      const done = metrics.operations.startTimer();
      return {
        async didEncounterErrors({ errors, operation }) {
          reportErrors({ log, metrics }, errors, operation);
        },
        async willSendResponse({ operation, errors }) {
          done({ kind: operation?.operation ?? 'unknown', outcome: errors?.length ? 'error' : 'ok' });
        },
      };
    },
  };
}
