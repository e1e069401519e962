import type { FormatError } from '../errors/client-error.ts';
import type { DocumentGuard } from './document-guard.ts';

/** INTROSPECTION=false: `__schema` and `__type` are refused; `__typename` tells nothing the operation did not know. */
export const introspection: DocumentGuard = ({ introspects }, { mayIntrospect }) =>
  introspects && !mayIntrospect
    ? {
        guard: 'introspection',
        code: 'GRAPHQL_VALIDATION_FAILED',
        message: 'The schema cannot be read here: __schema and __type are switched off.',
      }
    : null;

/** graphql-js proposes names that come near a wrong one; whoever may not read the schema must not learn it so either. */
export function hidingSuggestions(format: FormatError): FormatError {
  return (formatted, original) => {
    const error = format(formatted, original);
    return { ...error, message: error.message.replace(/ ?Did you mean .+\?$/s, '') };
  };
}
