import { type ConstDirectiveNode, valueFromASTUntyped } from 'graphql';
import type { FieldElement } from '../elements.ts';
import { checkCurrent } from '../event-stream/current.ts';
import { checkSubject } from '../event-stream/subject.ts';
import { checkValue } from '../event-stream/value.ts';
import { found, type LintInput, type Rule } from '../rule.ts';

export const eventStreams: Rule = {
  name: 'event-streams',
  summary:
    '@eventStream names a stream and an event of lint.events; its templates name arguments there are, its value fills the type of the field from the event, its current state is a query that gives the same, and what is for a viewer is told to that viewer.',
  check: (input) =>
    input.elements.flatMap((element) => {
      if (element.kind !== 'field') return [];
      const directive = element.node.directives?.find(({ name }) => name.value === 'eventStream');
      if (!directive) return [];
      return problemsOf(element, readDeclaration(directive), input).map((problem) =>
        found('event-streams', element, `${element.coordinate}: ${problem}.`),
      );
    }),
};

interface Declaration {
  stream: string;
  subject: string;
  value: string;
  current: string | null;
  isCurrentRequired: boolean;
  isPublic: boolean;
}

function readDeclaration({ arguments: given = [] }: ConstDirectiveNode): Declaration {
  const values = Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
  return {
    stream: String(values.stream),
    subject: String(values.subject),
    value: String(values.value),
    current: typeof values.current === 'string' ? values.current : null,
    isCurrentRequired: values.currentRequired === true,
    isPublic: values.audience === 'PUBLIC',
  };
}

function problemsOf({ typeName, node }: FieldElement, declared: Declaration, input: LintInput): string[] {
  const field =
    input.api.getType(typeName) === input.api.getSubscriptionType()
      ? input.api.getSubscriptionType()?.getFields()[node.name.value]
      : undefined;
  if (!field) return ['only fields of Subscription have events'];
  const { event, hasViewer, problems } = checkSubject(declared, field, input.settings.events);
  return [
    ...problems,
    ...checkValue(declared.value, field, event, input),
    ...(declared.current === null ? [] : checkCurrent(declared.current, field, input.api)),
    ...audienceProblems(declared, hasViewer),
  ];
}

function audienceProblems({ isPublic, isCurrentRequired, current }: Declaration, hasViewer: boolean): string[] {
  if (isPublic)
    return hasViewer ? ['its answer is for everybody (audience: PUBLIC), and its subject names the viewer'] : [];
  if (hasViewer || (isCurrentRequired && current !== null)) return [];
  return [
    'its answer is for a viewer, and nothing keeps others from listening: put {viewer.id} into the subject, or require a current state that only they can see',
  ];
}
