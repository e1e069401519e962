import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';
import { BoundedMap } from '@shop/kernel';

/** What answers can be made smaller with, the best first. */
const ENCODINGS = ['zstd', 'br', 'gzip'] as const;

export type Encoding = (typeof ENCODINGS)[number];

const zstdAsync = promisify(zstdCompress);
const brotliAsync = promisify(brotliCompress);
const gzipAsync = promisify(gzip);

// Higher levels save a few percent more and take many times as long.
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_MODE]: 1 } };

const COMPRESS: Record<Encoding, (text: string) => Promise<Buffer>> = {
  zstd: (text) => zstdAsync(text),
  br: (text) => brotliAsync(text, BROTLI),
  gzip: (text) => gzipAsync(text),
};

/** Makes a text smaller in Node's threads. */
export function compress(text: string, encoding: Encoding): Promise<Buffer> {
  return COMPRESS[encoding](text);
}

// Clients send a handful of different headers, over and over.
const remembered = new BoundedMap<string, Encoding | 'none'>(200);

/** What a client would rather have of what there is (RFC 9110, 12.5.3); null for the text as it is. */
export function acceptedEncoding(accept: string | string[] | undefined): Encoding | null {
  if (typeof accept !== 'string') return null;
  const known = remembered.get(accept);
  if (known !== undefined) return known === 'none' ? null : known;
  const chosen = choose(accept);
  remembered.set(accept, chosen ?? 'none');
  return chosen;
}

function choose(accept: string): Encoding | null {
  const qualities = new Map(accept.split(',').map(qualityOf));
  const rated = ENCODINGS.map((encoding) => ({
    encoding,
    quality: qualities.get(encoding) ?? qualities.get('*') ?? 0,
  }));
  const [best] = rated.sort((a, b) => b.quality - a.quality);
  return best && best.quality > 0 ? best.encoding : null;
}

function qualityOf(text: string): [string, number] {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  const number = Number(quality?.slice(2) ?? 1);
  return [name === 'x-gzip' ? 'gzip' : name, Number.isNaN(number) ? 0 : number];
}
