import type { RunFile } from '@shop/local';

export const ADMIN = { email: 'admin@shop.test', password: 'admin-password-1', name: 'Shop Admin' };

/** The shop that the e2e files of one run share. */
export interface RunningShop {
  gatewayUrl: string;
  dataPlatformUrl: string;
  paymentProviderUrl: string;
  run: RunFile;
}

// Jest's workers inherit the environment of the process that ran the global setup.
const variable = 'SHOPGRAPH_E2E_SHOP';

export function publishShop(shop: RunningShop): void {
  process.env[variable] = JSON.stringify(shop);
}

export function runningShop(): RunningShop {
  const published = process.env[variable];
  if (published === undefined)
    throw new Error('No shop is running: e2e tests run with the global setup of their tier.');
  return JSON.parse(published);
}
