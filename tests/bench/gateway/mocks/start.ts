import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { findFreePort, launch } from '@shop/local';
import { parse } from 'graphql';
import { type Subgraph, subgraphs } from './schema.ts';

export interface Counts {
  fetches: number;
  /** Entities asked for. */
  representations: number;
  /** Requests that differed from all before, which cost the mocks more. */
  answeredAnew: number;
}

/** The process that plays all subgraphs. */
export interface Mocks {
  /** Where all subgraphs answer together, without a gateway. */
  wholeUrl: string;
  supergraphPath: string;
  /** The subgraphs put together; `addition` is more SDL for the accounts. */
  supergraph(addition?: string): string;
  counts(): Promise<Counts>;
  close(): Promise<void>;
}

const urlOf = (port: number) => `http://127.0.0.1:${port}/graphql`;

/** Starts the subgraphs, a port for each, and writes their supergraph into `dir`. */
export async function startMocks(dir: string, signal: AbortSignal): Promise<Mocks> {
  const wholePort = await findFreePort();
  const ports = new Map<Subgraph, number>();
  for (const subgraph of subgraphs) ports.set(subgraph, await findFreePort());
  const counts = async (): Promise<Counts> => (await fetch(`http://127.0.0.1:${wholePort}/counts`)).json();
  const mocks = await launch({
    name: 'the mock subgraphs',
    command: process.execPath,
    args: [join(import.meta.dirname, 'main.ts'), `${wholePort}`, ...[...ports.values()].map(String)],
    logFile: join(dir, 'mocks.log'),
    probe: counts,
    signal,
  });

  const supergraph = (addition = '') => {
    const services = [...ports].map(([{ name, sdl }, port]) => ({
      name,
      url: urlOf(port),
      typeDefs: parse(name === 'accounts' ? `${sdl} ${addition}` : sdl),
    }));
    const { supergraphSdl, errors } = composeServices(services);
    if (supergraphSdl === undefined) throw new AggregateError(errors ?? [], 'The mock subgraphs do not compose.');
    return supergraphSdl;
  };
  const supergraphPath = join(dir, 'supergraph.graphql');
  writeFileSync(supergraphPath, supergraph());
  return { wholeUrl: urlOf(wholePort), supergraphPath, supergraph, counts, close: mocks.close };
}
