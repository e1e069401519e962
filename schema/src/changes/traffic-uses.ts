import type { UsedOperation } from '../usage/usage.ts';
import type { Use } from './uses.ts';

/** What clients were seen to use; input fields count as used where a variable could have held them and nobody looked. */
export function usesOfTraffic(operations: readonly UsedOperation[]): Use[] {
  return operations.map(({ name, hash, client, requests, lastSeen, coordinates }) => {
    const sender = [client.name ?? 'a client without a name', client.version].filter(Boolean).join(' ');
    const count = `${requests.toLocaleString('en')} request${requests === 1 ? '' : 's'}`;
    return {
      label:
        hash === null
          ? `operations that were not recorded apart (${count}, the last on ${lastSeen})`
          : `${name ?? 'an operation without a name'} of ${sender} (${count}, the last on ${lastSeen})`,
      certain: new Set(coordinates),
      possible: new Set<string>(),
    };
  });
}
