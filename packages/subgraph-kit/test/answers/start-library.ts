import { request } from 'node:http';
import { ServiceUnavailable, Unauthenticated, Viewer } from '@shop/kernel';
import { createHttpServer, createLogger, createMetrics, createReadiness, startTracing } from '@shop/service-kit';
import { mountSubgraph } from '../../src/serve-subgraph.ts';
import type { Verifier } from '../../src/verifier.ts';
import { librarySchema } from './library-schema.ts';

/** A request as it goes over the wire. */
export interface Sent {
  method: string;
  headers?: Record<string, string>;
  body?: string;
  /** With the question mark. */
  search?: string;
}

/** All that is seen of a request: by its client, in the logs, and by those who ask who has changed something. */
export interface Seen {
  status: number;
  headers: Record<string, unknown>;
  body: unknown;
  logged?: string[];
  noted?: string[];
}

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const verifier: Verifier = {
  async viewerOf(authorization) {
    if (authorization === undefined) return Viewer.anonymous;
    if (authorization === 'Bearer ann') return Viewer.signedIn({ userId: 'ann', role: 'USER' });
    if (authorization === 'Bearer keys-away') throw new ServiceUnavailable('Tokens cannot be verified right now.');
    if (authorization === 'Bearer trouble') throw new TypeError('hunter2');
    throw new Unauthenticated();
  },
};

/** Serves the library, and tells of each request all that is to be seen of it. */
export async function startLibrary(): Promise<{ send(sent: Sent): Promise<Seen>; close(): Promise<void> }> {
  let logged: string[] = [];
  let noted: string[] = [];
  const log = createLogger('library', { level: 'silent' });
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    const write = (fields: { err?: Error; path?: unknown }, message: string) => {
      logged.push([level, message, String(fields.err), JSON.stringify(fields.path)].join(' | '));
    };
    Object.assign(log, { [level]: write });
  }
  const recentWrites = {
    note: async (userId: string) => void noted.push(userId),
    has: async () => false,
  };
  const tracing = startTracing();
  const http = createHttpServer({
    ...{ host: '127.0.0.1', port: 0, log },
    readiness: createReadiness(),
    metrics: createMetrics('library'),
  });
  const endpoint = mountSubgraph(http);
  const url = `${await http.listen()}/graphql`;
  const schema = librarySchema();
  endpoint.serve({ schema, verifier, context: (asked) => ({ ...asked }), log, recentWrites });

  return {
    async send(sent) {
      logged = [];
      noted = [];
      const answer = await sendTo(url, sent);
      return { ...answer, ...(logged.length > 0 && { logged }), ...(noted.length > 0 && { noted }) };
    },
    async close() {
      await http.close();
      await tracing.close();
    },
  };
}

/** Not by `fetch`, which has headers of its own and sends no body with a GET. */
function sendTo(url: string, { method, headers = {}, body, search = '' }: Sent): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const options = { method, headers: { traceparent: TRACEPARENT, ...headers }, agent: false };
    const sending = request(url + search, options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const { date: _, ...kept } = answer.headers;
        const bytes = Buffer.concat(chunks);
        resolve({ status: answer.statusCode as number, headers: kept, body: readBody(bytes) });
      });
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

/** What is no JSON is told as text; a long answer by its length. */
function readBody(bytes: Buffer): unknown {
  if (bytes.length > 10_000) return `${bytes.length} bytes`;
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return bytes.toString();
  }
}
