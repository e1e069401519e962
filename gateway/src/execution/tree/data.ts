/** An object of an answer, with keys as the client named them. */
export type Data = { [key: string]: unknown };

export type Path = readonly (string | number)[];

export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
