import { GraphQLError } from 'graphql';

/** A request that is answered with an error and a status of its own: no operation has been looked at. */
export class RequestRefused extends Error {
  readonly error: GraphQLError;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(error: GraphQLError, status: number, headers: Readonly<Record<string, string>> = {}) {
    super(error.message, { cause: error });
    this.error = error;
    this.status = status;
    this.headers = headers;
  }
}

/** Refuses a request that makes no sense as one, whatever it wants to run. */
export function badRequest(message: string, status = 400, headers?: Readonly<Record<string, string>>): RequestRefused {
  return new RequestRefused(badRequestError(message), status, headers);
}

/** The same as an error among those of an operation. */
export function badRequestError(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
}
