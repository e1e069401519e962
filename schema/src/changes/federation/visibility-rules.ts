import type { Rule } from './rule.ts';
import { SERVICES } from './rule.ts';

/** What it hides or shows is judged where the API is compared; this says which subgraph did it. */
export const inaccessible: Rule = ({ subgraph, element: { coordinate }, now }) => [
  now.length > 0
    ? { what: 'added', severity: 'safe', message: `${subgraph} hides ${coordinate} from clients.`, concern: SERVICES }
    : {
        what: 'removed',
        severity: 'safe',
        message: `${subgraph} no longer hides ${coordinate} from clients.`,
        concern: SERVICES,
      },
];

export const tag: Rule = ({ subgraph, element: { coordinate }, old, now }) => [
  ...now.map(({ args }) => {
    const message = `${coordinate} of ${subgraph} is tagged ${JSON.stringify(args.name)}.`;
    return { what: 'added', severity: 'safe', message, concern: SERVICES } as const;
  }),
  ...old.map(({ args }) => {
    const message = `${coordinate} of ${subgraph} is no longer tagged ${JSON.stringify(args.name)}; what is filtered by tags may lose it.`;
    return { what: 'removed', severity: 'dangerous', message, concern: SERVICES } as const;
  }),
];

export const authenticated: Rule = ({ subgraph, element: { coordinate }, now }) => [
  now.length > 0
    ? { what: 'added', severity: 'breaking', message: `${subgraph} shows ${coordinate} only to whoever is signed in.` }
    : {
        what: 'removed',
        severity: 'dangerous',
        message: `${subgraph} shows ${coordinate} to everybody, signed in or not.`,
      },
];

export const requiresScopes: Rule = accessRule('scopes');

export const policy: Rule = accessRule('policies');

/** Both directives list alternatives, each of which asks for all it names. */
function accessRule(argument: 'scopes' | 'policies'): Rule {
  return ({ subgraph, element: { coordinate }, old: [old], now: [now] }) => {
    const [before, after] = [alternatives(old?.args[argument]), alternatives(now?.args[argument])];
    const isOpener = after === null || (before ?? [[]]).every((one) => after.some((other) => isWithin(other, one)));
    const was = before === null ? 'nothing' : words(before);
    const message = `${subgraph} asks for ${after === null ? 'no' : words(after)} ${argument} to show ${coordinate}, instead of ${was}.`;
    const what = before === null ? 'added' : after === null ? 'removed' : 'changed';
    return [{ what, severity: isOpener ? 'dangerous' : 'breaking', message }];
  };
}

function alternatives(value: unknown): string[][] | null {
  if (!Array.isArray(value)) return null;
  return value.map((all) => (Array.isArray(all) ? all.map(String) : [String(all)]));
}

function isWithin(few: readonly string[], many: readonly string[]): boolean {
  return few.every((one) => many.includes(one));
}

function words(options: readonly string[][]): string {
  return options.map((all) => all.join(' and ')).join(', or ');
}
