// The least a server on ws can do: one frame for each event, made once, written to every socket. node limit-server.ts <NATS> <port>
import { connect } from '@nats-io/transport-node';
import { type WebSocket, WebSocketServer } from 'ws';
import { SUBJECT } from './subscription.ts';

const PROTOCOL = 'graphql-transport-ws';
/** The last frame of a text, whose length stands in the next two bytes. */
const TEXT_OF_TWO_BYTES = [0x81, 126];

const [servers, port] = process.argv.slice(2);
const sockets = new Set<WebSocket>();
const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(port),
  handleProtocols: () => PROTOCOL,
});
server.on('connection', (socket) => {
  socket.on('message', (text) => {
    const { type } = JSON.parse(String(text)) as { type: string };
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
    else if (type === 'subscribe') sockets.add(socket);
  });
  socket.on('close', () => sockets.delete(socket));
  socket.on('error', () => {});
});

const connection = await connect({ servers });
for await (const message of connection.subscribe(SUBJECT)) {
  const { data } = message.json<{ data: object }>();
  const text = Buffer.from(JSON.stringify({ id: 'limit', type: 'next', payload: { data: { soldOut: data } } }));
  const frame = Buffer.from([...TEXT_OF_TWO_BYTES, text.length >> 8, text.length & 0xff, ...text]);
  for (const socket of sockets) rawSocketOf(socket).write(frame);
}

/** What ws writes to; its public `send` would make the frame anew. */
function rawSocketOf(socket: WebSocket): { write(bytes: Buffer): void } {
  return (socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket;
}
