import type { ServerName } from '../servers/sources.ts';
import { type Instance, type RunFile, removeRunFile, writeRunFile } from './run-file.ts';
import { type ServiceName, type StandInName, serviceNames } from './service-list.ts';

/** What runs where, kept up to date; in run.json from the moment it is published. */
export interface RunState {
  readonly file: RunFile;
  server(name: ServerName, instance: Instance): void;
  mysqlAdmin(url: string): void;
  service(name: ServiceName, index: number, instance: Instance): void;
  standIn(name: StandInName, instance: Instance): void;
  publish(gatewayUrl: string): void;
  remove(): void;
}

export function createRunState(dir: string): RunState {
  const none = (): Instance => ({ pid: null, port: 0 });
  const file: RunFile = {
    pid: process.pid,
    startedAt: new Date().toISOString(),
    gateway: { url: '', instances: [] },
    services: Object.fromEntries(
      serviceNames.filter((name) => name !== 'gateway').map((name) => [name, { instances: [] }]),
    ),
    servers: {
      mysql: { instances: [{ ...none(), role: 'primary' }], user: '', password: '' },
      redis: { instances: [none()] },
      nats: { instances: [none()] },
    },
    standIns: { dataPlatform: none(), paymentProvider: none() },
  };
  let isPublished = false;
  const changed = (): void => {
    if (isPublished) writeRunFile(dir, file);
  };
  const instancesOf = (name: ServiceName): Instance[] => {
    if (name === 'gateway') return file.gateway.instances;
    file.services[name] ??= { instances: [] };
    return file.services[name].instances;
  };
  return {
    file,
    server(name, { pid, port }) {
      for (const instance of file.servers[name].instances) Object.assign(instance, { pid, port });
      changed();
    },
    mysqlAdmin(url) {
      const { username, password } = new URL(url);
      file.servers.mysql.user = decodeURIComponent(username);
      file.servers.mysql.password = decodeURIComponent(password);
      changed();
    },
    service(name, index, instance) {
      instancesOf(name)[index] = instance;
      changed();
    },
    standIn(name, instance) {
      file.standIns[name] = instance;
      changed();
    },
    publish(gatewayUrl) {
      file.gateway.url = gatewayUrl;
      isPublished = true;
      changed();
    },
    remove() {
      isPublished = false;
      removeRunFile(dir);
    },
  };
}
