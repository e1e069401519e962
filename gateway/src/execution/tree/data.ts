/** An object of an answer, with keys as the client named them. */
export type Data = { [key: string]: unknown };

export type Path = readonly (string | number)[];

export function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sets an object's own value: `__proto__` is a name a client may give to a field, and must stay one. */
export function setValue(object: Data, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** An object's own value: keys such as `constructor` are on every object, and fields of that name need not be. */
export function valueAt(object: Data, key: string): unknown {
  const value = object[key];
  // JSON holds no functions, so that this is the quick way to see most of what is inherited.
  if (value === undefined || (typeof value !== 'function' && key !== '__proto__')) return value;
  return Object.hasOwn(object, key) ? value : undefined;
}
