import { once } from 'node:events';
import { resolve } from 'node:path';
import { CannotRun, defineCommand } from '../command.ts';
import { startRegistryServer } from '../registry/registry-server.ts';

export const serve = defineCommand({
  name: 'serve',
  summary: 'Offers what is published to gateways, over HTTP, until it is stopped.',
  usage: '[<folder>] [flags]',
  takesArguments: true,
  details: `
/latest is the latest, with an ETag, so that gateways that poll it (SUPERGRAPH_URL) are sent it once; /<sha256> is what
was published under this hash. For one's own machine: it knows no passwords and no TLS.`,
  options: {
    port: {
      type: 'string',
      default: '4800',
      value: '<n>',
      description: 'where to listen; 0 for any port that is free',
    },
    host: { type: 'string', default: '127.0.0.1', value: '<address>', description: 'for whom: 0.0.0.0 for everybody' },
  },
  async run({ values, positionals, cwd, out, stopSignal, repository }) {
    const [folder, ...others] = positionals;
    if (others.length > 0) throw new CannotRun('Only one folder can be served; see --help.');
    const port = Number(values.port);
    if (!/^\d{1,5}$/.test(values.port) || port > 65_535) {
      throw new CannotRun(`--port ${values.port} is no port: write a number from 0 to 65535.`);
    }
    const dir = folder === undefined ? await settled(repository) : resolve(cwd, folder);
    const server = await startRegistryServer({ dir, host: values.host, port });
    out(`Serving ${dir}: SUPERGRAPH_URL=${server.url}\n`);
    const signal = stopSignal?.();
    if (signal && !signal.aborted) await once(signal, 'abort');
    await server.close();
    return 0;
  },
});

async function settled(repository: () => Promise<{ root: string; settings: { registry: string } }>): Promise<string> {
  const { root, settings } = await repository();
  return resolve(root, settings.registry);
}
