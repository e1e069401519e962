import { setTimeout as pause } from 'node:timers/promises';
import type { ServerSources } from './sources.ts';
import { talk } from './talk.ts';

const SLOTS = 16_384;
/** Without an answer for so long a primary is given up, and its replica stands for election. */
const NODE_TIMEOUT_MS = 1_000;
const FORMED_WITHIN_MS = 30_000;

/** Where a node of a cluster is: clients come to `port`, other nodes to `busPort`. */
export interface ClusterNode {
  port: number;
  busPort: number;
}

/** What makes a Redis (7 or later) or a Valkey a node of a cluster. Throws for a source whose nodes could not reach each other. */
export function clusterFlags(source: ServerSources['redis'], busPort: number): string[] {
  if (source.kind !== 'program') {
    throw new Error('A cluster is made of programs on this machine: set SERVERS_FROM=path,packages.');
  }
  return [
    ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-port', String(busPort)],
    ...['--cluster-node-timeout', String(NODE_TIMEOUT_MS), '--cluster-replica-validity-factor', '0'],
    ...['--repl-diskless-sync-delay', '0'],
  ];
}

/** Makes a cluster of empty nodes, the first half primaries, the others a replica each; resolves when everybody knows. */
export async function formCluster(nodes: readonly ClusterNode[]): Promise<void> {
  const primaries = nodes.slice(0, nodes.length / 2);
  const replicas = nodes.slice(nodes.length / 2);
  const firstSlot = (i: number): number => Math.ceil((SLOTS * i) / primaries.length);
  for (const [i, { port }] of primaries.entries()) {
    await tell(port, `CLUSTER ADDSLOTSRANGE ${firstSlot(i)} ${firstSlot(i + 1) - 1}`);
    // Nodes with the same epoch would first have to settle who is right.
    await tell(port, `CLUSTER SET-CONFIG-EPOCH ${i + 1}`);
  }
  const [first, ...others] = nodes;
  if (first === undefined) return;
  for (const { port, busPort } of others) await tell(first.port, `CLUSTER MEET 127.0.0.1 ${port} ${busPort}`);

  const deadline = Date.now() + FORMED_WITHIN_MS;
  for (const [i, { port }] of replicas.entries()) {
    const id = /[0-9a-f]{40}/.exec(await ask(primaries[i]?.port ?? 0, 'CLUSTER MYID'))?.[0];
    // Until word of the primary has reached it, the replica knows no such node.
    await untilDone(deadline, () => tell(port, `CLUSTER REPLICATE ${id}`));
  }
  for (const { port } of replicas) await untilDone(deadline, () => talkTo(port, 'INFO replication', /link_status:up/));
  for (const { port } of nodes) {
    await untilDone(deadline, () => talkTo(port, 'CLUSTER INFO', /cluster_state:ok/));
    await untilDone(deadline, async () => {
      const known = (await describe(port)).filter(({ flags }) => flags.includes('slave'));
      if (known.length < replicas.length) throw new Error(`Node ${port} knows of ${known.length} replicas.`);
    });
  }
}

/** The ports of those who have this key, as another node sees it. */
export async function ownersOf(key: string, askedPort: number): Promise<{ primary: number; replicas: number[] }> {
  const slot = Number(/:(\d+)/.exec(await ask(askedPort, `CLUSTER KEYSLOT ${key}`))?.[1]);
  const nodes = (await describe(askedPort)).filter(({ flags }) => !flags.includes('fail'));
  const primary = nodes.find(({ ranges }) => ranges.some(([from, to]) => from <= slot && slot <= to));
  if (primary === undefined) throw new Error(`No primary has slot ${slot}.`);
  const replicas = nodes.filter(({ primaryId }) => primaryId === primary.id);
  return { primary: primary.port, replicas: replicas.map(({ port }) => port) };
}

interface NodeLine {
  id: string;
  primaryId: string;
  port: number;
  flags: string[];
  ranges: [from: number, to: number][];
}

/** CLUSTER NODES: id, ip:port@bus, flags, primary, two times, epoch, state of the link, and slots. */
async function describe(port: number): Promise<NodeLine[]> {
  const lines = (await talkTo(port, 'CLUSTER NODES', /\r\n[^\r]*\n\r\n$/))
    .split('\n')
    .filter((line) => line.includes('@'));
  return lines.map((line) => {
    const [id = '', address = '', flags = '', primaryId = '', , , , , ...slots] = line.trim().split(' ');
    const ranges = slots.map((range): [number, number] => {
      const [from, to = from] = range.split('-').map(Number);
      return [from ?? 0, to ?? 0];
    });
    return { id, primaryId, port: Number(/:(\d+)@/.exec(address)?.[1]), flags: flags.split(','), ranges };
  });
}

const talkTo = (port: number, command: string, expected: RegExp) => talk(port, `${command}\r\n`, expected);
const ask = (port: number, command: string) => talkTo(port, command, /\r\n$/);
const tell = (port: number, command: string) => talkTo(port, command, /^\+OK/);

async function untilDone(deadline: number, attempt: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await pause(50);
  }
}
