/** One program of the shop, started from its build. */
export interface ServiceSpec {
  /** Its folder in the repository. */
  workspace: string;
  /** Where it listens unless the port is taken. */
  port: number;
  /** Null for a service that keeps nothing. */
  database: string | null;
  /** Node is started with, here as in the images. */
  nodeFlags?: readonly string[];
}

const services = {
  user: { workspace: 'subgraphs/user', port: 4001, database: 'shop_user' },
  product: { workspace: 'subgraphs/product', port: 4002, database: 'shop_product' },
  order: { workspace: 'subgraphs/order', port: 4003, database: 'shop_order' },
  coupon: { workspace: 'subgraphs/coupon', port: 4004, database: 'shop_coupon' },
  'data-platform': { workspace: 'workers/data-platform', port: 4100, database: 'shop_data_platform' },
  // Under load, what requests make outlives the young generation that Node has by default.
  gateway: { workspace: 'gateway', port: 4000, database: null, nodeFlags: ['--max-semi-space-size=64'] },
} as const satisfies Record<string, ServiceSpec>;

export type ServiceName = keyof typeof services;

export const serviceSpecs: Record<ServiceName, ServiceSpec> = services;

export const serviceNames = Object.keys(services) as ServiceName[];

export const subgraphNames = ['user', 'product', 'order', 'coupon'] as const satisfies ServiceName[];

export const standIns = {
  dataPlatform: { name: 'stand-in-data-platform', file: 'data-platform.ts', port: 4900 },
  paymentProvider: { name: 'stand-in-payment-provider', file: 'payment-provider.ts', port: 4910 },
} as const;

export type StandInName = keyof typeof standIns;

export const standInNames = Object.keys(standIns) as StandInName[];

/** Where servers listen locally: beside the standard ports, which may well be taken. */
export const serverPorts = { mysql: 13_306, redis: 16_379, nats: 14_222 } as const;

/** The databases of the shop; each belongs to a MySQL user of the same name. */
export const shopDatabases = Object.values(serviceSpecs)
  .map(({ database }) => database)
  .filter((database) => database !== null);
