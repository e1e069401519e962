/** A program on this machine: the command, and arguments that come before its own (such as a loader's). */
export interface Program {
  kind: 'program';
  command: string;
  args: readonly string[];
  version: string;
}

export interface MysqlProgram extends Program {
  flavour: 'mysql' | 'mariadb';
  /** Where a program that is not installed at its usual place finds its messages, character sets and plug-ins. */
  flags: readonly string[];
}

export interface DockerImage {
  kind: 'docker';
  image: string;
}

/** A server that somebody else runs. */
export interface Address {
  kind: 'address';
  url: string;
}

/** Where each of the three servers comes from. */
export interface ServerSources {
  mysql: MysqlProgram | DockerImage | Address;
  redis: Program | DockerImage | Address;
  nats: Program | DockerImage | Address;
}

export type ServerName = keyof ServerSources;

/** A server that answers. */
export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** Null when the server is not ours. */
  readonly pid: number | null;
  /** Resolves when the server's process has ended; never, when it is not ours. */
  readonly exited: Promise<string>;
  close(): Promise<void>;
}

/** How a server is started: in a directory of its own, on the given port or any free one. */
export interface ServerOptions<S extends ServerName> {
  source: ServerSources[S];
  dir: string;
  port?: number;
  /** Beside the data unless told. */
  logFile?: string;
  /** Gives durability away for speed. */
  forTests?: boolean;
  /** Gives a start up that is under way. */
  signal?: AbortSignal;
}

/** A server at an address we were given: nothing to start, nothing to stop. */
export function serverAt(url: string, defaultPort: number): RunningServer {
  return {
    url,
    // Of a cluster the first address counts.
    port: Number(new URL(url.split(',')[0] ?? url).port || defaultPort),
    pid: null,
    exited: new Promise(() => {}),
    close: async () => {},
  };
}
