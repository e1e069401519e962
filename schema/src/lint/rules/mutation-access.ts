import { SETTINGS_FILE } from '../../settings.ts';
import { found, type Rule } from '../rule.ts';

const GUARDS = new Set(['authenticated', 'requiresScopes', 'policy']);

export const mutationAccess: Rule = {
  name: 'mutation-access',
  summary:
    'A mutation has @authenticated, @requiresScopes or @policy, or is listed in lint.publicMutations as one for everybody.',
  check({ elements, settings: { publicMutations } }) {
    const mutations = elements.filter((element) => element.kind === 'field' && element.typeName === 'Mutation');
    const findings = mutations.flatMap((element) => {
      const name = element.node.name.value;
      const isGuarded = (element.node.directives ?? []).some((directive) => GUARDS.has(directive.name.value));
      const isPublic = publicMutations.includes(name);
      if (isGuarded === isPublic) {
        const problem = isGuarded
          ? 'is listed in lint.publicMutations and guarded at once'
          : `has no @authenticated, @requiresScopes or @policy; list it in lint.publicMutations of ${SETTINGS_FILE} if it is for everybody`;
        return [found('mutation-access', element, `${element.coordinate} ${problem}.`)];
      }
      return [];
    });
    const known = new Set(mutations.map(({ node }) => node.name.value));
    const stale = publicMutations.filter((name) => !known.has(name));
    return [
      ...findings,
      ...stale.map((name) => ({
        level: 'error' as const,
        rule: 'mutation-access',
        coordinate: `Mutation.${name}`,
        message: `lint.publicMutations lists ${name}, and there is no such mutation.`,
      })),
    ];
  },
};
