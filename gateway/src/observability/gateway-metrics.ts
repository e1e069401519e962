import type { Metrics } from '@shop/service-kit';

export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>;

const COSTS = [1, 10, 100, 1_000, 10_000, 100_000];

export function createGatewayMetrics(metrics: Metrics) {
  return {
    operations: metrics.histogram('gateway_operation_duration_seconds', 'Time to answer an operation.', [
      'kind',
      'outcome',
    ]),
    errors: metrics.counter('gateway_errors_total', 'GraphQL errors sent to clients.', ['code']),
    refused: metrics.counter('gateway_refused_total', 'What guards let no further.', ['guard']),
    untrustedOperations: metrics.counter('gateway_untrusted_operations_total', 'Operations that are not on the list.'),
    operationCost: metrics.histogram('gateway_operation_cost', 'What operations are estimated to cost.', [], COSTS),
    subgraphFetches: metrics.histogram(
      'gateway_subgraph_fetch_duration_seconds',
      'Time until a subgraph had answered, or why it had not, waiting and retries included.',
      ['subgraph', 'outcome'],
    ),
    subgraphRetries: metrics.counter('gateway_subgraph_retries_total', 'Reads sent once more.', ['subgraph']),
    supergraphInfo: metrics.gauge('gateway_supergraph_info', '1 for the supergraph that is served.', ['supergraph']),
    supergraphLooks: metrics.counter('gateway_supergraph_looks_total', 'Looks for a new supergraph, by outcome.', [
      'outcome',
    ]),
    supergraphLoads: metrics.counter('gateway_supergraph_loads_total', 'Supergraphs read, by outcome.', ['outcome']),
    supergraphLoadSeconds: metrics.histogram(
      'gateway_supergraph_load_duration_seconds',
      'Time to read a supergraph, plan for it and switch to it.',
      ['outcome'],
    ),
    supergraphSwitchedAt: metrics.gauge(
      'gateway_supergraph_last_switch_timestamp_seconds',
      'When the supergraph was switched to that is served.',
    ),
    supergraphsDraining: metrics.gauge(
      'gateway_supergraphs_draining',
      'Supergraphs that are kept for requests which began before the last switch.',
    ),
    planCacheLookups: metrics.counter('gateway_plan_cache_lookups_total', 'Operations looked up, by outcome.', [
      'outcome',
    ]),
    planCacheEvictions: metrics.counter('gateway_plan_cache_evictions_total', 'Plans pushed out by newer ones.'),
    planCacheBytes: metrics.gauge('gateway_plan_cache_bytes', 'What the kept plans take, estimated.'),
    plannings: metrics.histogram('gateway_planning_duration_seconds', 'Time to plan an operation, waiting included.', [
      'planner',
      'outcome',
    ]),
    planningQueue: metrics.gauge('gateway_planning_queue_length', 'Operations that wait for a planner to be free.', [
      'planner',
    ]),
    usageRequests: metrics.counter(
      'gateway_usage_requests_total',
      'Requests recorded with what they use of the schema: apart, or together with others for want of room.',
      ['recorded'],
    ),
    usageWaiting: metrics.gauge('gateway_usage_waiting_requests', 'Requests that wait to be recorded in Redis.'),
    openSockets: metrics.gauge('gateway_sockets_open', 'WebSockets open now.'),
    closedSockets: metrics.counter('gateway_sockets_closed_total', 'WebSockets closed, by the code it was done with.', [
      'code',
    ]),
    openEventStreams: metrics.gauge('gateway_event_streams_open', 'Responses of server-sent events open now.'),
    openSubscriptions: metrics.gauge('gateway_subscriptions_open', 'Subscriptions open now.', ['field']),
    events: metrics.counter('gateway_subscription_events_total', 'Events read from streams.', ['stream']),
    eventsDropped: metrics.counter('gateway_subscription_events_dropped_total', 'Events that came again.', ['stream']),
    eventLag: metrics.histogram(
      'gateway_subscription_event_lag_seconds',
      'Time from when an event happened until it was read here.',
      ['stream'],
    ),
    replays: metrics.counter('gateway_subscription_replays_total', 'Clients that came back with a cursor, by source.', [
      'from',
    ]),
    subscriptionExecutions: metrics.counter(
      'gateway_subscription_executions_total',
      'Answers made to events, each for all who get the same.',
      ['field'],
    ),
    currentStates: metrics.counter(
      'gateway_subscription_current_states_total',
      'Current states asked for, each for all who come at once.',
      ['field'],
    ),
    deliveries: metrics.counter('gateway_subscription_deliveries_total', 'Answers sent to subscribers.', ['field']),
    endedSubscriptions: metrics.counter(
      'gateway_subscriptions_ended_total',
      'Subscriptions that the gateway ended, by what their clients were told.',
      ['field', 'code'],
    ),
    keptSubscriptions: metrics.counter(
      'gateway_subscriptions_kept_total',
      'Subscriptions that went on with a new supergraph.',
      ['field'],
    ),
  };
}
