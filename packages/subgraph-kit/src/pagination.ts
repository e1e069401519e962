import { BadUserInput } from '@shop/kernel';

const MAXIMUM = 100;
const DEFAULT = 20;

/** The values of the sort keys of the row a page comes after, the last of them unique. */
export type CursorValues = readonly (string | number)[];

/** Which rows of a list a client asks for. */
export interface Page {
  /** How many rows the client wants. */
  size: number;
  /** How many rows to read: one more, which only tells whether there is a next page. */
  limit: number;
  after: CursorValues | null;
}

/** A page as the Relay specification shapes it, with `nodes` for short. */
export interface Connection<Row> {
  edges: { cursor: string; node: Row }[];
  nodes: Row[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

/**
 * Reads the arguments of a list field. `order` names the sort order and `length` how many values its cursors carry, so
 * that a cursor of one order is refused in another. Throws BadUserInput for a size outside 1 to 100 or a cursor that
 * did not come from here.
 */
export function pageOf(
  { first, after }: { first?: number | null; after?: string | null },
  { order, length = 1 }: { order: string; length?: number },
): Page {
  const size = first ?? DEFAULT;
  if (size < 1 || size > MAXIMUM) throw new BadUserInput('first', `first must be between 1 and ${MAXIMUM}.`);
  return { size, limit: size + 1, after: after == null ? null : decodeCursor(after, order, length) };
}

/** Makes the connection of a page from up to `page.limit` rows, each with the cursor values it sorts by. */
export function connectionOf<Row>(
  rows: readonly Row[],
  page: Page,
  { order, valuesOf }: { order: string; valuesOf: (row: Row) => CursorValues },
): Connection<Row> {
  const nodes = rows.slice(0, page.size);
  const edges = nodes.map((node) => ({ cursor: encodeCursor(order, valuesOf(node)), node }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: rows.length > page.size,
      hasPreviousPage: page.after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** Makes the same page of what clients see of each row. */
export function mapConnection<Row, Node>(
  { edges, pageInfo }: Connection<Row>,
  nodeOf: (row: Row) => Node,
): Connection<Node> {
  const mapped = edges.map(({ cursor, node }) => ({ cursor, node: nodeOf(node) }));
  return { edges: mapped, nodes: mapped.map(({ node }) => node), pageInfo };
}

function encodeCursor(order: string, values: CursorValues): string {
  return Buffer.from(JSON.stringify([order, ...values])).toString('base64url');
}

function decodeCursor(cursor: string, order: string, length: number): CursorValues {
  let decoded: unknown;
  try {
    decoded = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    decoded = null;
  }
  const isOurs =
    Array.isArray(decoded) &&
    decoded.length === length + 1 &&
    decoded[0] === order &&
    decoded.every((value) => typeof value === 'string' || Number.isSafeInteger(value));
  if (!isOurs) throw new BadUserInput('after', 'after is not a cursor of this list.');
  return (decoded as (string | number)[]).slice(1);
}
