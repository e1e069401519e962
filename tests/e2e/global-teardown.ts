import './global-setup.ts';
import stopRunServers from '@shop/testkit/global-teardown';

export default async function tearDown(): Promise<void> {
  await globalThis.closeShop?.();
  await stopRunServers();
}
