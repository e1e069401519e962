import { connect, type Socket } from 'node:net';
import { OPERATION } from './subscription.ts';

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;
const FIN = 0x80;
const MASKED = 0x80;

/** One subscriber as a browser would be one, over a bare TCP socket, so that ten thousand of them cost little. */
export interface Client {
  readonly id: string;
  /** Where to come back; null from servers that do not say. */
  cursor: string | null;
  leave(): void;
}

interface ClientOptions {
  id: string;
  port: number;
  cursor: string | null;
  /** It is let in, and has asked. */
  subscribed(): void;
  told(text: Buffer): void;
  failed(reason: string): void;
}

export function openClient({ id, port, cursor, subscribed, told, failed }: ClientOptions): Client {
  const client = { id, cursor, leave };
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let rest: Buffer = Buffer.alloc(0);
  let isUpgraded = false;
  let hasLeft = false;

  socket.on('connect', () => socket.write(upgrade(port)));
  socket.on('data', (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    if (!isUpgraded) takeUpgrade();
    if (isUpgraded) takeFrames();
  });
  socket.on('error', ({ message }) => !hasLeft && failed(message));
  socket.on('close', () => !hasLeft && failed('The server has closed the connection.'));

  function leave(): void {
    hasLeft = true;
    socket.destroy();
  }

  function takeUpgrade(): void {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = rest.subarray(0, end).toString();
    isUpgraded = head.startsWith('HTTP/1.1 101');
    if (!isUpgraded) failed(`No WebSocket: ${head}`);
    rest = rest.subarray(end + 4);
    write(socket, TEXT, '{"type":"connection_init"}');
  }

  function takeFrames(): void {
    for (let frame = frameIn(rest); frame !== null; frame = frameIn(rest)) {
      rest = rest.subarray(frame.end);
      if (frame.opcode === PING) write(socket, PONG, '');
      else if (frame.opcode === CLOSE) failed(`Closed: ${frame.payload.subarray(2)}`);
      else takeMessage(frame.payload);
    }
  }

  function takeMessage(text: Buffer): void {
    if (text.includes('"type":"next"')) told(text);
    else takeAnswer(JSON.parse(String(text)));
  }

  function takeAnswer({ type, ...answer }: { type: string }): void {
    if (type === 'connection_ack') subscribe();
    else if (type === 'ping') write(socket, TEXT, '{"type":"pong"}');
    else failed(`${type}: ${JSON.stringify(answer)}`);
  }

  function subscribe(): void {
    const payload = { query: OPERATION, ...(client.cursor !== null && { extensions: { cursor: client.cursor } }) };
    write(socket, TEXT, JSON.stringify({ id, type: 'subscribe', payload }));
    subscribed();
  }

  return client;
}

function upgrade(port: number): string {
  return [
    'GET /graphql HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    'Accept: */*',
    'Accept-Language: en-US,en;q=0.5',
    'Accept-Encoding: gzip, deflate, br, zstd',
    'Sec-WebSocket-Version: 13',
    `Origin: http://127.0.0.1:${port}`,
    'Sec-WebSocket-Protocol: graphql-transport-ws',
    'Sec-WebSocket-Extensions: permessage-deflate',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Connection: keep-alive, Upgrade',
    'Sec-Fetch-Dest: empty',
    'Sec-Fetch-Mode: websocket',
    'Sec-Fetch-Site: same-origin',
    'Pragma: no-cache',
    'Cache-Control: no-cache',
    'Upgrade: websocket',
    '\r\n',
  ].join('\r\n');
}

/** See RFC 6455, section 5.2. Servers do not mask, and nothing here is longer than 64 KB. */
function frameIn(bytes: Buffer): { opcode: number; payload: Buffer; end: number } | null {
  if (bytes.length < 2) return null;
  const [first, second] = bytes as unknown as [number, number];
  const start = second === 126 ? 4 : 2;
  if (bytes.length < start) return null;
  const end = start + (start === 4 ? bytes.readUInt16BE(2) : second);
  return bytes.length < end ? null : { opcode: first & 0x0f, payload: bytes.subarray(start, end), end };
}

/** A mask of nothing but zeros is one, too. */
function write(socket: Socket, opcode: number, text: string): void {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126 ? [MASKED | payload.length] : [MASKED | 126, payload.length >> 8, payload.length & 0xff];
  socket.write(Buffer.concat([Buffer.from([FIN | opcode, ...head, 0, 0, 0, 0]), payload]));
}
