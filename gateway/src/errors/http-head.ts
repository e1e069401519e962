import { GraphQLError } from 'graphql';

/** What an error says of the HTTP answer it comes in. */
export interface HttpHead {
  status?: number;
  headers?: Readonly<Record<string, string>>;
}

const heads = new WeakMap<GraphQLError, HttpHead>();

/** The error, which decides the status and headers of the answer; none of that is in its extensions. */
export function withHead(error: GraphQLError, head: HttpHead): GraphQLError {
  heads.set(error, head);
  return error;
}

export function headOf(error: GraphQLError): HttpHead | undefined {
  return heads.get(error);
}

/** A request that makes no sense as one, whatever it wants to run. */
export function badRequest(message: string, { status = 400, headers }: HttpHead = {}): GraphQLError {
  const error = new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
  return withHead(error, { status, ...(headers && { headers }) });
}
