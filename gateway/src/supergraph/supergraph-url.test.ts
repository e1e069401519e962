import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { loadConfig } from '@shop/service-kit';
import { gatewaySettings } from '../config.ts';
import { supergraphSource } from './supergraph-source.ts';

it('does not wait for an address any longer than SUPERGRAPH_TIMEOUT_MS', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/supergraph`;
  const config = loadConfig(gatewaySettings, { SUPERGRAPH_URL: url, SUPERGRAPH_TIMEOUT_MS: '20' });
  const looking = supergraphSource(config.supergraph).look(new AbortController().signal);
  await expect(looking).rejects.toMatchObject({ name: 'TimeoutError' });
  silent.closeAllConnections();
  silent.close();
});
