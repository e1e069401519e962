import { loadConfig, runService } from '@shop/service-kit';
import { startGateway } from './app.ts';
import { gatewaySettings } from './config.ts';

await runService('gateway', () => startGateway(loadConfig(gatewaySettings)));
