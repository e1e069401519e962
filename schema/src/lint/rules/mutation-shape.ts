import { isObjectType } from 'graphql';
import type { FieldElement } from '../elements.ts';
import { found, type LintInput, type Rule } from '../rule.ts';

export const mutationShape: Rule = {
  name: 'mutation-shape',
  summary:
    'A mutation doThis takes nothing or one `input: DoThisInput!` and gives DoThisPayload!; a payload of one with an input has userErrors: [X!]!, and nothing else gives a Payload.',
  check: (input) =>
    input.elements
      .filter((element) => element.kind === 'field')
      .flatMap((element) =>
        (element.typeName === 'Mutation' ? mutationProblems(element, input) : strayPayload(element, input)).map(
          (problem) => found('mutation-shape', element, `${element.coordinate} ${problem}.`),
        ),
      ),
};

function mutationProblems({ node: { name } }: FieldElement, { api }: LintInput): string[] {
  const field = api.getMutationType()?.getFields()[name.value];
  if (!field) return [];
  const stem = name.value.charAt(0).toUpperCase() + name.value.slice(1);
  const problems: string[] = [];
  const [first, ...others] = field.args;
  if (first && (others.length > 0 || first.name !== 'input' || String(first.type) !== `${stem}Input!`))
    problems.push(`should take one argument, \`input: ${stem}Input!\``);
  if (String(field.type) !== `${stem}Payload!`) problems.push(`should give \`${stem}Payload!\``);
  const payload = api.getType(`${stem}Payload`);
  const errors = isObjectType(payload) ? payload.getFields().userErrors : undefined;
  if (first && payload && !/^\[\w+!\]!$/.test(String(errors?.type)))
    problems.push(`should have \`userErrors: […!]!\` in its payload, for what clients can mend`);
  return problems;
}

function strayPayload({ typeName, node: { name } }: FieldElement, { api }: LintInput): string[] {
  const type = api.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[name.value] : undefined;
  return field && /Payload[!\]]*$/.test(String(field.type)) ? ['is no mutation and should not give a payload'] : [];
}
