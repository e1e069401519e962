const JSON_TYPE = 'application/json';
const OFFERED = [JSON_TYPE, 'application/graphql-response+json'] as const;

/** What answers are written as. */
export type MediaType = (typeof OFFERED)[number];

/** The media type a client would rather have (RFC 9110, 12.5.1); null when it takes none of them. */
export function acceptedType(accept: string | undefined): MediaType | null {
  // What gateways send.
  if (accept === undefined || accept === '' || accept === JSON_TYPE || accept === '*/*') return JSON_TYPE;
  const ranges = accept.split(',').map(rangeOf);
  const offers = OFFERED.map((type) => ({ type, ...bestFor(type, ranges) }));
  const [best] = offers.sort((a, b) => b.quality - a.quality || b.precision - a.precision || a.place - b.place);
  return best && best.quality > 0 ? best.type : null;
}

interface Range {
  type: string;
  quality: number;
}

/** The most precise range that covers a type decides. */
function bestFor(type: string, ranges: readonly Range[]) {
  for (const [at, covering] of [type, 'application/*', '*/*'].entries()) {
    const place = ranges.findIndex((range) => range.type === covering);
    const range = ranges[place];
    if (range) return { quality: range.quality, precision: -at, place };
  }
  return { quality: 0, precision: -3, place: -1 };
}

function rangeOf(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
  return { type, quality: Number.isNaN(quality) ? 0 : quality };
}
