/** What a change may do to whoever relies on the schema as it was. */
export type Severity = 'safe' | 'dangerous' | 'breaking';

/** Who would notice a change. */
export type Concern =
  /** Whoever selects this field, gives this argument or input field: `T.f`, `T.f(a:)`, `I.f`, `@d`. */
  | { of: 'coordinate'; coordinate: string }
  /** Whoever is answered by this field: selects it, or that of an interface its type implements. */
  | { of: 'field'; type: string; field: string }
  /** Whoever has to do with a type: names it, selects its fields, gets it or what it is one of, gives it. */
  | { of: 'type'; type: string }
  /** Whoever gives a value of an input type. */
  | { of: 'input'; type: string }
  /** Whoever selects a field that returns the type. */
  | { of: 'output'; type: string }
  /** Whoever gives the value, or selects a field that returns its enum. */
  | { of: 'enum-value'; type: string; value: string }
  /** Whoever gets the abstract type and tells this one from the others. */
  | { of: 'member'; abstract: string; type: string }
  /** Other subgraphs or gateways, whatever clients ask. */
  | { of: 'services' };

export interface Change {
  /** In kebab-case; approvals name it. */
  kind: string;
  /** https://spec.graphql.org/draft/#sec-Schema-Coordinates */
  coordinate: string;
  /** The one that changed; absent where the API as a whole is compared. */
  subgraph?: string;
  /** For whomever it concerns. */
  severity: Severity;
  /** One sentence. */
  message: string;
  concern: Concern;
}
