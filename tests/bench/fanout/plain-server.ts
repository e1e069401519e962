// Subscriptions as the documentation of graphql-ws has them, in front of graphql-js. node plain-server.ts <NATS> <port>
import { EventEmitter, on } from 'node:events';
import { connect } from '@nats-io/transport-node';
import { buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { FIELD, SUBJECT, TYPES } from './subscription.ts';

const [servers, port] = process.argv.slice(2);
const schema = buildSchema(`${TYPES} type Subscription { ${FIELD} }`);
const events = new EventEmitter().setMaxListeners(0);
const field = schema.getSubscriptionType()?.getFields().soldOut;
if (field === undefined) throw new Error('The schema has no such field.');
field.subscribe = () => on(events, 'event');
field.resolve = ([event]) => event;

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(port), path: '/graphql' });
useServer({ schema }, server);

const connection = await connect({ servers });
for await (const message of connection.subscribe(SUBJECT)) events.emit('event', message.json<{ data: object }>().data);
