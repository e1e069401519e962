import { createHash } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An address of supergraphs, as a registry would offer it; a test changes what it says. */
export interface SupergraphServer {
  url: string;
  sdl: string;
  /** Other than 200: what it answers whatever is asked. */
  status: number;
  requests: { headers: IncomingHttpHeaders; answered: number }[];
  close(): Promise<void>;
}

export async function startSupergraphServer(sdl: string, port = 0): Promise<SupergraphServer> {
  const state: SupergraphServer = { url: '', sdl, status: 200, requests: [], close };
  const server = createServer(({ headers }, response) => {
    const etag = `"${createHash('sha256').update(state.sdl).digest('hex')}"`;
    const status = state.status === 200 && headers['if-none-match'] === etag ? 304 : state.status;
    state.requests.push({ headers, answered: status });
    response.writeHead(status, { etag }).end(status === 200 ? state.sdl : undefined);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/supergraph`;
  return state;

  function close(): Promise<void> {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  }
}

/** Another content of the same meaning, which clients can tell by the description of the type Notice. */
export function edition(sdl: string, name: string | number): string {
  return sdl.replace(/("edition \S+"\n)?type Notice/, `"edition ${name}"\ntype Notice`);
}
