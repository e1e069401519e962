import { findFreePort, giveBackPort } from '../free-port.ts';
import {
  type ServiceName,
  type StandInName,
  serviceNames,
  serviceSpecs,
  standInNames,
  standIns,
} from './service-list.ts';

export interface PortChoice {
  /** The contract's ports, or the next free ones; or random ones, for tests. */
  ports: 'standard' | 'random';
  gatewayPort?: number;
  instances?: Partial<Record<ServiceName, number>>;
}

export interface ShopPorts {
  /** By service: the ports of its instances. */
  services: Record<ServiceName, number[]>;
  standIns: Record<StandInName, number>;
}

/** Chooses a free port for every process of the shop. */
export async function findPorts({ ports, gatewayPort, instances = {} }: PortChoice): Promise<ShopPorts> {
  const found: number[] = [];
  const find = async (standard: number): Promise<number> => {
    const port = await findFreePort(ports === 'standard' ? standard : undefined);
    found.push(port);
    return port;
  };
  const services: [ServiceName, number[]][] = [];
  for (const name of serviceNames) {
    const standard = name === 'gateway' ? gatewayPort : undefined;
    services.push([name, [await find(standard ?? serviceSpecs[name].port)]]);
  }
  // After all first instances: those have the ports that the contract names.
  for (const [name, its] of services) {
    while (its.length < (instances[name] ?? 1)) its.push(await find(serviceSpecs[name].port + 10));
  }
  const outside: [StandInName, number][] = [];
  for (const name of standInNames) outside.push([name, await find(standIns[name].port)]);
  found.forEach(giveBackPort);
  return {
    services: Object.fromEntries(services) as ShopPorts['services'],
    standIns: Object.fromEntries(outside) as ShopPorts['standIns'],
  };
}
