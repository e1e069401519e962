import type { Change } from './change.ts';

/** Whether something is marked as on its way out. */
export function deprecationChanges(
  coordinate: string,
  before: { deprecationReason?: string | null | undefined },
  after: { deprecationReason?: string | null | undefined },
): Change[] {
  const [was, is] = [before.deprecationReason ?? null, after.deprecationReason ?? null];
  if (was === is) return [];
  const concern = { of: 'coordinate', coordinate } as const;
  if (is === null) {
    const message = `${coordinate} is no longer deprecated.`;
    return [{ kind: 'deprecation-removed', coordinate, severity: 'safe', message, concern }];
  }
  const kind = was === null ? 'deprecation-added' : 'deprecation-reason-changed';
  return [{ kind, coordinate, severity: 'safe', message: `${coordinate} is deprecated: ${is}`, concern }];
}
