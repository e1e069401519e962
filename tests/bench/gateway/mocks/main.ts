// node main.ts <port of the whole> <port of each subgraph …>
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Answered, answerOf, answerOfWhole } from './answer.ts';
import { subgraphs } from './schema.ts';

/** Beyond this many different requests, the oldest are answered by graphql-js again. */
const REMEMBERED = 5_000;

const counts = { fetches: 0, representations: 0, answeredAnew: 0 };
const [wholePort, ...subgraphPorts] = process.argv.slice(2).map(Number);

const whole = remembering(answerOfWhole());
serve(wholePort, (request) => {
  if (request.url === '/counts') return () => ({ body: Buffer.from(JSON.stringify(counts)), representations: 0 });
  return whole;
});
for (const [index, subgraph] of subgraphs.entries()) {
  const answer = counted(remembering(answerOf(subgraph)));
  serve(subgraphPorts[index], () => answer);
}

process.on('SIGTERM', () => process.exit());

function serve(port: number | undefined, answerFor: (request: IncomingMessage) => (body: string) => Answered): void {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => send(response, answerFor(request)(Buffer.concat(chunks).toString())));
  });
  // A gateway keeps its connections; none of them shall end in the middle of a measurement.
  server.keepAliveTimeout = 600_000;
  server.listen(port, '127.0.0.1');
}

function send(response: ServerResponse, { body }: Answered): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
}

/** Answers come from memory, so that it costs next to nothing beside the gateways. */
function remembering(answer: (request: string) => Answered): (request: string) => Answered {
  const remembered = new Map<string, Answered>();
  return (request) => {
    const known = remembered.get(request);
    if (known !== undefined) return known;
    counts.answeredAnew += 1;
    const answered = answer(request);
    if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value as string);
    remembered.set(request, answered);
    return answered;
  };
}

function counted(answer: (request: string) => Answered): (request: string) => Answered {
  return (request) => {
    const answered = answer(request);
    counts.fetches += 1;
    counts.representations += answered.representations;
    return answered;
  };
}
