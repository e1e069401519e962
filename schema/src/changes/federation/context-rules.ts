import { type Rule, SERVICES } from './rule.ts';

/** What a resolver gets from further up, beside its arguments: https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/entities/use-contexts */
export const fromContext: Rule = ({ subgraph, element: { coordinate }, old: [old], now: [now] }) => {
  const from = (applied: typeof old) =>
    applied ? `from the context as ${String(applied.args.field)}` : 'from clients';
  const what = old ? (now ? 'changed' : 'removed') : 'added';
  const message = `${coordinate} of ${subgraph} comes ${from(now)} instead of ${from(old)}; gateways that do not know yet send it as before.`;
  return [{ what, severity: 'dangerous', message, concern: SERVICES }];
};

/** Where a context is set; who takes something from it is composed again with it. */
export const context: Rule = ({ subgraph, element: { coordinate }, old, now }) => [
  ...now.map(({ args }) => {
    const message = `${coordinate} of ${subgraph} sets the context ${String(args.name)}.`;
    return { what: 'added', severity: 'safe', message, concern: SERVICES } as const;
  }),
  ...old.map(({ args }) => {
    const message = `${coordinate} of ${subgraph} no longer sets the context ${String(args.name)}; nothing takes it from there any more, or it would not compose.`;
    return { what: 'removed', severity: 'safe', message, concern: SERVICES } as const;
  }),
];

/** A subgraph that knows an interface as one type answers for whatever implements it elsewhere. */
export const interfaceObject: Rule = ({ subgraph, element: { coordinate }, now: [now] }) => {
  const message = now
    ? `${subgraph} knows the interface ${coordinate} as one type now; gateways that do not know yet ask it for the types that implement it.`
    : `${subgraph} knows the types that implement ${coordinate} now; gateways that do not know yet ask it for the interface as one type.`;
  return [{ what: now ? 'added' : 'removed', severity: 'dangerous', message, concern: SERVICES }];
};
