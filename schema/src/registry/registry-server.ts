import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CannotRun } from '../command.ts';
import { latestHash, readArtifact } from './registry.ts';

export interface RegistryServer {
  /** Where gateways look (SUPERGRAPH_URL). */
  url: string;
  close(): Promise<void>;
}

export interface RegistryServerOptions {
  dir: string;
  host: string;
  /** 0 for any that is free. */
  port: number;
}

/** For what is being sent when the server is stopped; half a request does not keep it for longer. */
const CLOSING_MS = 1_000;

const FOREVER = 'public, max-age=31536000, immutable';

/**
 * Serves a folder of published supergraphs: `/latest`, which may change at any time, and `/<sha256>`, which never does.
 * Whoever names what it has (If-None-Match) is not sent it again: https://www.rfc-editor.org/rfc/rfc9110#name-if-none-match.
 * Throws CannotRun where it cannot listen.
 */
export async function startRegistryServer({ dir, host, port }: RegistryServerOptions): Promise<RegistryServer> {
  const server = createServer((request, response) => {
    answer(dir, request, response).catch((error: unknown) => {
      const reason = error instanceof CannotRun ? error.message : 'What was published cannot be read.';
      refuse(response, 500, reason);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      const reason = isTaken ? 'somebody listens there already; --port names another' : error.message;
      reject(new CannotRun(`Cannot listen on ${host}:${port}: ${reason}.`));
    });
    server.listen(port, host, resolve);
  });
  const { port: listening } = server.address() as AddressInfo;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${name}:${listening}/latest`,
    close: () =>
      new Promise((resolve) => {
        const impatience = setTimeout(() => server.closeAllConnections(), CLOSING_MS);
        server.close(() => {
          clearTimeout(impatience);
          resolve();
        });
      }),
  };
}

async function answer(dir: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '/', headers } = request;
  if (method !== 'GET' && method !== 'HEAD')
    return refuse(response, 405, 'GET and HEAD alone.', { allow: 'GET, HEAD' });
  const [path = '/'] = url.split('?');
  const asked = /^\/([0-9a-f]{64})(\.graphql)?$/.exec(path)?.[1];
  const isLatest = path === '/latest' || path === '/latest.graphql';
  if (!isLatest && asked === undefined) return refuse(response, 404, 'There are /latest and /<sha256> here.');
  const hash = isLatest ? await latestHash(dir) : asked;
  if (!hash) return refuse(response, 404, 'Nothing is published yet: run "shop-schema publish".');
  const sdl = await readArtifact(dir, hash).catch((error: Error) => error);
  if (sdl instanceof Error && !isLatest) return refuse(response, 404, 'This was never published here.');
  if (sdl instanceof Error) throw sdl;

  const etag = `"${hash}"`;
  const caching = { etag, 'cache-control': isLatest ? 'no-cache' : FOREVER, 'content-location': `/${hash}` };
  if (isNamed(etag, headers['if-none-match'])) {
    response.writeHead(304, caching).end();
    return;
  }
  const body = Buffer.from(sdl);
  const type = { 'content-type': 'application/graphql; charset=utf-8', 'content-length': body.byteLength };
  response.writeHead(200, { ...type, ...caching }).end(method === 'HEAD' ? undefined : body);
}

/** Compared weakly, as RFC 9110 has it for this header: something in between may have marked ours as weak. */
function isNamed(etag: string, header: string | undefined): boolean {
  if (header === undefined) return false;
  return header.split(',').some((each) => ['*', etag].includes(each.trim().replace(/^W\//, '')));
}

function refuse(response: ServerResponse, status: number, reason: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', ...headers });
  response.end(`${reason}\n`);
}
