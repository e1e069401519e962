// The least a gateway on this runtime can do: parse, fetch once, parse, stringify. node floor.ts <backend> <port>
import { createServer, type IncomingMessage } from 'node:http';
import { Pool } from 'undici';

const [backend = '', port] = process.argv.slice(2);
const { origin, pathname: path } = new URL(backend);
const pool = new Pool(origin, { connections: 64 });

createServer(async (request, response) => {
  const { query, variables } = JSON.parse(await textOf(request));
  const { body } = await pool.request({
    path,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const answer = Buffer.from(JSON.stringify(JSON.parse(await body.text())));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer);
}).listen(Number(port), '127.0.0.1');

process.on('SIGTERM', () => process.exit());

function textOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks).toString()));
    request.on('error', reject);
  });
}
