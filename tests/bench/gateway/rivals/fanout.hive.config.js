// Hive's own way to subscriptions from events: a topic of its pubsub, which one subscription to NATS fills here.
import { MemPubSub } from '@graphql-hive/pubsub';
import { connect } from '@nats-io/transport-node';

const { NATS_URL, FANOUT_SUBJECT, FANOUT_FIELD } = process.env;
const pubsub = new MemPubSub();
const connection = await connect({ servers: NATS_URL });
void (async () => {
  for await (const message of connection.subscribe(FANOUT_SUBJECT)) pubsub.publish('event', message.json().data);
})();

export const gatewayConfig = {
  pubsub,
  additionalTypeDefs: `type Subscription { ${FANOUT_FIELD} @resolveTo(pubsubTopic: "event") }`,
};
