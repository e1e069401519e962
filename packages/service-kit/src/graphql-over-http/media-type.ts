import { BoundedMap } from '@shop/kernel';

const JSON_TYPE = 'application/json';
const GRAPHQL_TYPE = 'application/graphql-response+json';
const OFFERED = [JSON_TYPE, GRAPHQL_TYPE] as const;

/** What answers are written as. */
export type MediaType = (typeof OFFERED)[number];

interface Range {
  type: string;
  /** Without the quality. */
  parameters: string[];
  quality: number;
}

// Clients send a handful of different headers, over and over.
const remembered = new BoundedMap<string, MediaType | 'none'>(200);

/** The media type a client would rather have (RFC 9110, 12.5.1); null when it takes none of them. */
export function acceptedType(accept: string | undefined): MediaType | null {
  // What gateways send, and whoever does not care.
  if (accept === undefined || accept === '' || accept === JSON_TYPE || accept === '*/*') return JSON_TYPE;
  const known = remembered.get(accept);
  if (known !== undefined) return known === 'none' ? null : known;
  const chosen = choose(accept);
  remembered.set(accept, chosen ?? 'none');
  return chosen;
}

/** Whether a client looks at the status of an answer: others take anything but 200 for a broken connection. */
export function readsStatus(accept: string | undefined): boolean {
  return accept?.includes(GRAPHQL_TYPE) ?? false;
}

/** How much a client would like a media type that it names itself, and that has one parameter; 0 for not at all. */
export function qualityOf(accept: string, [type, parameter]: readonly [string, string]): number {
  const covering = accept
    .split(',')
    .map(rangeOf)
    .filter((range) => range.type === type && range.parameters.every((each) => each.replaceAll('"', '') === parameter));
  // The range with the parameter says more than the one without.
  const [closest] = covering.sort((a, b) => b.parameters.length - a.parameters.length);
  return closest?.quality ?? 0;
}

/** How much a client would like an answer in one piece. */
export function qualityOfOnePiece(accept: string): number {
  const ranges = accept.split(',').map(rangeOf);
  return Math.max(...OFFERED.map((type) => bestFor(type, ranges).quality));
}

function choose(accept: string): MediaType | null {
  const ranges = accept.split(',').map(rangeOf);
  const offers = OFFERED.map((type) => ({ type, ...bestFor(type, ranges) }));
  const [best] = offers.sort((a, b) => b.quality - a.quality || b.precision - a.precision || a.place - b.place);
  return best && best.quality > 0 ? best.type : null;
}

/** The most precise range that covers a type decides. */
function bestFor(type: string, ranges: readonly Range[]) {
  const [group] = type.split('/');
  for (const [precision, covering] of [type, `${group}/*`, '*/*'].entries()) {
    const place = ranges.findIndex((range) => range.type === covering);
    const range = ranges[place];
    if (range) return { quality: range.quality, precision: -precision, place };
  }
  return { quality: 0, precision: -3, place: -1 };
}

function rangeOf(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  const number = Number(quality?.slice(2) ?? 1);
  return {
    type,
    parameters: parameters.filter((each) => each !== quality),
    quality: Number.isNaN(number) ? 0 : number,
  };
}

/** A content type without its parameters. */
export function essenceOf(contentType: string): string {
  return contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
