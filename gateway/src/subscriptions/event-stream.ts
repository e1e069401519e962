import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  Kind,
  valueFromASTUntyped,
} from 'graphql';
import { type CurrentState, parseCurrentState } from './current-state.ts';
import { type EventValue, parseEventValue } from './event-value.ts';
import { parseSubjectTemplate, type SubjectTemplate } from './subject-template.ts';

/** How a subscription's field gets its events, as its subgraph has declared it with `@eventStream`. */
export interface EventStream {
  field: string;
  stream: string;
  subject: SubjectTemplate;
  value: EventValue;
  /** Asked for each new subscriber before the first event. */
  current: CurrentState | null;
  /** Without a current state the subscription is refused. */
  currentRequired: boolean;
  /** PUBLIC answers are the same for everyone and carry nobody's token. */
  audience: 'PUBLIC' | 'VIEWER';
  /** All of it as text: equal declarations are equal in this. */
  declaration: string;
}

const SPECIFICATION = /\/eventStream\/v1\.\d+$/;

/** The supergraph's @eventStream declarations by field name. Throws on one that could never work. */
export function readEventStreams(
  { definitions }: DocumentNode,
  apiSchema: GraphQLSchema,
): ReadonlyMap<string, EventStream> {
  const schema = definitions.find((definition) => definition.kind === Kind.SCHEMA_DEFINITION);
  const directiveName = nameOfDirective(schema?.directives ?? []);
  const root = apiSchema.getSubscriptionType()?.name;
  const streams = new Map<string, EventStream>();
  if (directiveName === null) return streams;
  for (const definition of definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || definition.name.value !== root) continue;
    for (const { name, directives = [] } of definition.fields ?? []) {
      const directive = directives.find((applied) => applied.name.value === directiveName);
      if (directive) streams.set(name.value, readEventStream(name.value, directive, apiSchema));
    }
  }
  return streams;
}

/** A subgraph may import the directive under another name; the supergraph's @link says which. */
function nameOfDirective(directives: readonly ConstDirectiveNode[]): string | null {
  for (const directive of directives) {
    const { url, import: imports } = argumentsOf(directive);
    if (directive.name.value !== 'link' || typeof url !== 'string' || !SPECIFICATION.test(url)) continue;
    for (const imported of Array.isArray(imports) ? imports : []) {
      if (imported === '@eventStream') return 'eventStream';
      if (imported?.name === '@eventStream') return String(imported.as ?? imported.name).slice(1);
    }
    return 'eventStream';
  }
  return null;
}

function readEventStream(field: string, directive: ConstDirectiveNode, apiSchema: GraphQLSchema): EventStream {
  const { stream, subject, value, current, currentRequired, audience } = argumentsOf(directive);
  try {
    const eventStream: EventStream = {
      field,
      stream: String(stream),
      subject: parseSubjectTemplate(String(subject)),
      value: parseEventValue(String(value)),
      current: typeof current === 'string' ? parseCurrentState(current) : null,
      currentRequired: currentRequired === true,
      audience: audience === 'PUBLIC' ? 'PUBLIC' : 'VIEWER',
      declaration: JSON.stringify([stream, subject, value, current, currentRequired === true, audience]),
    };
    mustFit(eventStream, apiSchema);
    return eventStream;
  } catch (error) {
    throw new Error(`@eventStream of Subscription.${field} cannot be used.`, { cause: error });
  }
}

function mustFit({ field, subject, current }: EventStream, apiSchema: GraphQLSchema): void {
  const declared = apiSchema.getSubscriptionType()?.getFields()[field];
  const known = new Set(declared?.args.map(({ name }) => name));
  for (const name of [...subject.args, ...(current?.usedArgs ?? [])]) {
    if (!known.has(name)) throw new Error(`It has no argument "${name}".`);
  }
  if (current === null || declared === undefined) return;
  const query = apiSchema.getQueryType()?.getFields()[current.field];
  if (query === undefined) throw new Error(`There is no Query.${current.field}.`);
  if (getNamedType(query.type) !== getNamedType(declared.type)) {
    throw new Error(`Query.${current.field} is a ${query.type}, and this field a ${declared.type}.`);
  }
}

function argumentsOf({ arguments: given = [] }: ConstDirectiveNode): Record<string, unknown> {
  return Object.fromEntries(
    given.map(({ name, value }: ConstArgumentNode) => [name.value, valueFromASTUntyped(value)]),
  );
}
