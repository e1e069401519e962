import { loadConfig, runCommands, runService } from '@shop/service-kit';
import { startGateway } from './app.ts';
import { gatewaySettings } from './config.ts';

await runCommands('gateway', {
  serve: {
    describe: 'serves the supergraph at SUPERGRAPH_PATH or SUPERGRAPH_URL until SIGTERM (the default)',
    run: () => runService('gateway', () => startGateway(loadConfig(gatewaySettings))),
  },
});
