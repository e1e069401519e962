import type { FastifyInstance } from 'fastify';
import { badRequest } from '../errors/http-head.ts';

/** Text that forms can send is read as well, so that the guard against forged requests can say what is wrong with it. */
const OTHERS = ['application/x-www-form-urlencoded', 'text/plain'];
/** ASCII is UTF-8 already. */
const UTF_8 = /^(utf-?8|us-ascii)$/i;
/** Some clients on Windows send it. RFC 8259, 8.1: it may be passed over. */
const BYTE_ORDER_MARK = '\uFEFF';

/** Reads bodies as JSON in UTF-8, and says what is wrong with those that are not. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    const [, charset = 'utf-8'] = /;\s*charset="?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '') ?? [];
    if (!UTF_8.test(charset)) {
      done(badRequest(`Bodies are read as UTF-8, not as ${charset}.`, { status: 415 }));
      return;
    }
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding.toLowerCase() !== 'identity') {
      // RFC 9110, 15.5.16: the header says what is taken.
      const headers = { 'accept-encoding': 'identity' };
      done(badRequest(`Bodies are read as they are, not in ${encoding}.`, { status: 415, headers }));
      return;
    }
    try {
      done(null, JSON.parse(body.startsWith(BYTE_ORDER_MARK) ? body.slice(1) : body));
    } catch (error) {
      done(badRequest(`The body is not JSON: ${(error as SyntaxError).message}`));
    }
  });
  app.addContentTypeParser(OTHERS, { parseAs: 'string' }, (_request, _body, done) => done(null));
}
