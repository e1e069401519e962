import { parse, print, visit } from 'graphql';
import { topLevelFields } from './field-set.ts';
import { type Difference, type Judgement, listed, othersWith, type Rule, SERVICES } from './rule.ts';
import { type Applied, type Element, has, isShareable, type SubgraphIndex } from './subgraph-index.ts';

/**
 * A subgraph that is deployed before the gateways have the new supergraph is still asked for its entities by the keys it
 * had. Whether anybody asks is read from the others: who has the type and the fields of the key refers to it by them.
 */
export const key: Rule = (difference) => [
  ...difference.old
    .filter((old) => isResolvable(old) && !isAmong(old, difference.now))
    .map((old) => keyRemoved(old, difference)),
  ...difference.now.filter((now) => !isAmong(now, difference.old)).map((now) => keyAdded(now, difference)),
];

function isAmong(one: Applied, others: readonly Applied[]): boolean {
  return others.some((other) => fieldsOf(other) === fieldsOf(one) && isResolvable(other) === isResolvable(one));
}

function keyRemoved(old: Applied, { subgraph, element: { coordinate }, before, after }: Difference): Judgement {
  const fields = fieldsOf(old);
  const [asked, asking] = [
    referringTo(coordinate, fields, subgraph, before),
    referringTo(coordinate, fields, subgraph, after),
  ];
  const message = `${subgraph} no longer resolves ${coordinate} by @key(fields: "${fields}")`;
  const judged = { what: 'removed', concern: SERVICES };
  if (asking.length > 0) {
    const refer = `${listed(asking)} ${asking.length === 1 ? 'refers' : 'refer'}`;
    return { ...judged, severity: 'breaking', message: `${message}, by which ${refer} to it.` };
  }
  if (asked.length > 0) {
    const detail = `by which ${listed(asked)} referred to it; deploy it after all gateways have the new supergraph`;
    return { ...judged, severity: 'dangerous', message: `${message}, ${detail}.` };
  }
  return { ...judged, severity: 'safe', message: `${message}; no other subgraph refers to it by that.` };
}

/** The other subgraphs that have all fields of the key, and so may send them to be resolved. */
function referringTo(type: string, fields: string, subgraph: string, all: readonly SubgraphIndex[]): string[] {
  const names = topLevelFields(fields);
  return all
    .filter(({ name, elements }) => name !== subgraph && names.every((field) => elements.has(`${type}.${field}`)))
    .map(({ name }) => name);
}

function keyAdded(now: Applied, { subgraph, element }: Difference): Judgement {
  const message = `${subgraph} has @key(fields: "${fieldsOf(now)}"${isResolvable(now) ? '' : ', resolvable: false'}) on ${element.coordinate}.`;
  return { what: 'added', severity: 'safe', message, concern: SERVICES };
}

function isResolvable({ args }: Applied): boolean {
  return args.resolvable !== false;
}

/** A field set without its accidents: blanks, commas, and the order of fields. */
function fieldsOf({ args }: Applied): string {
  const text = String(args.fields ?? '');
  try {
    const sorted = visit(parse(`{${text}}`), {
      SelectionSet: {
        leave: (node) => ({ ...node, selections: [...node.selections].sort((a, b) => (print(a) < print(b) ? -1 : 1)) }),
      },
    });
    return print(sorted)
      .replace(/\s+/g, ' ')
      .replace(/^\{ | \}$/g, '');
  } catch {
    // Not a selection: composition says so better.
    return text;
  }
}

/** Without it a field may be resolved in one subgraph only. */
export const shareable: Rule = ({ subgraph, element, now, after }) => {
  const { coordinate } = element;
  if (now.length > 0) {
    const message = `${coordinate} may be resolved by other subgraphs beside ${subgraph}.`;
    return [{ what: 'added', severity: 'safe', message, concern: SERVICES }];
  }
  const others = subgraphsInConflict(subgraph, element, after);
  if (others.length === 0) {
    const message = `${coordinate} of ${subgraph} is no longer @shareable; nothing that others resolve depends on it.`;
    return [{ what: 'removed', severity: 'safe', message, concern: SERVICES }];
  }
  const message = `${coordinate} of ${subgraph} is no longer @shareable, though ${listed(others)} ${others.length === 1 ? 'resolves' : 'resolve'} it, too.`;
  return [{ what: 'removed', severity: 'breaking', message, concern: SERVICES }];
};

function subgraphsInConflict(
  subgraph: string,
  { coordinate, kind, typeName }: Element,
  all: readonly SubgraphIndex[],
): string[] {
  const own = all.find(({ name }) => name === subgraph);
  if (!own) return [];
  const fields = [...own.elements.values()].filter((one) =>
    kind === 'type' ? one.kind === 'field' && one.typeName === typeName : one.coordinate === coordinate,
  );
  const unshared = fields.filter((field) => !isShareable(own, field) && !has(field, 'external'));
  const others = unshared.flatMap((field) => othersWith(field.coordinate, subgraph, all));
  return [...new Set(others.filter(({ element }) => !has(element, 'external')).map(({ name }) => name))];
}

/** How a field moves from one subgraph to another: https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/entities/migrate-fields */
export const override: Rule = ({ subgraph, element, old: [old], now: [now], after }) => {
  const { coordinate } = element;
  if (now && !old) {
    const share = now.args.label ? ` (${now.args.label})` : '';
    const message = `${coordinate} moves from ${now.args.from} to ${subgraph}${share}; until gateways know, ${now.args.from} answers.`;
    return [{ what: 'added', severity: 'safe', message, concern: SERVICES }];
  }
  if (now && old) {
    const message = `${coordinate} of ${subgraph} has @override(${now.text}) instead of @override(${old.text}).`;
    return [{ what: 'changed', severity: old.args.from === now.args.from ? 'safe' : 'dangerous', message }];
  }
  const still = othersWith(coordinate, subgraph, after).some(({ name }) => name === old?.args.from);
  return still
    ? [
        {
          what: 'removed',
          severity: 'dangerous',
          message: `${coordinate} goes back to ${old?.args.from}, or is resolved by both, as ${subgraph} no longer has @override.`,
        },
      ]
    : [
        {
          what: 'removed',
          severity: 'safe',
          message: `${coordinate} has moved from ${old?.args.from} to ${subgraph} for good.`,
        },
      ];
};

/** Gateways that do not have the new supergraph yet plan with what the subgraph said before. */
export const requires: Rule = ({ subgraph, element, old, now }) => {
  const { coordinate } = element;
  const [before, after] = [old[0]?.args.fields, now[0]?.args.fields];
  if (after === undefined) {
    return [
      {
        what: 'removed',
        severity: 'safe',
        message: `${coordinate} of ${subgraph} no longer needs "${before}" of others.`,
      },
    ];
  }
  const what = before === undefined ? 'added' : 'changed';
  const message = `${coordinate} of ${subgraph} needs "${after}" of others${before === undefined ? '' : ` instead of "${before}"`}; gateways that do not know yet don't send it.`;
  return [{ what, severity: 'dangerous', message }];
};

export const provides: Rule = ({ subgraph, element, old, now }) => {
  const { coordinate } = element;
  const [before, after] = [old[0]?.args.fields, now[0]?.args.fields];
  if (before === undefined) {
    return [{ what: 'added', severity: 'safe', message: `${subgraph} answers "${after}" under ${coordinate} itself.` }];
  }
  const what = after === undefined ? 'removed' : 'changed';
  const message = `${subgraph} answers ${after === undefined ? 'nothing' : `"${after}"`} instead of "${before}" under ${coordinate}; gateways that do not know yet still ask.`;
  return [{ what, severity: 'dangerous', message }];
};

export const external: Rule = ({ subgraph, element, now }) => {
  const { coordinate } = element;
  return now.length > 0
    ? [
        {
          what: 'added',
          severity: 'dangerous',
          message: `${subgraph} no longer resolves ${coordinate} (@external); gateways that do not know yet still ask it.`,
        },
      ]
    : [{ what: 'removed', severity: 'safe', message: `${subgraph} resolves ${coordinate} itself.` }];
};
