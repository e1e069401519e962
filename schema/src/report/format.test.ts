import { describe, expect, it } from '@jest/globals';
import { formatNamed } from './format.ts';
import type { Report } from './report.ts';

const report = (message: string, details: string[] = []): Report => ({
  title: 'Check',
  summary: 'Failed.',
  sections: [
    {
      title: 'Changes',
      summary: 'judged by all',
      findings: [
        {
          level: 'error',
          rule: 'field-removed',
          coordinate: 'Book.__id',
          message,
          details,
          place: { file: 'a,b:50%.graphql', line: 3, column: 7 },
        },
      ],
    },
  ],
});

describe('a report', () => {
  const hostile = 'used by kiosk\r\n::error::owned\u001b[2J\u202e\u2028::set-output name=a::b';

  it.each(['text', 'github', 'markdown'])('as %s keeps on its line what a client calls itself', (format) => {
    const lines = formatNamed(format)(report('Book.id is removed.', [hostile])).split(/[\r\n\u2028]/);
    expect(lines.filter((line) => /^\s*::(?!error file=)/.test(line))).toEqual([]);
    expect(lines.join('')).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(lines.join('')).toContain('used by kiosk');
  });

  it('as JSON says it as it is', () => {
    expect(JSON.parse(formatNamed('json')(report('a', [hostile])))).toMatchObject({
      ok: false,
      sections: [{ findings: [{ details: [hostile] }] }],
    });
  });

  it('as Markdown calls nobody, links nothing and stresses nothing', () => {
    const out = formatNamed('markdown')(
      report('Book no longer has @key(fields: "__a") by @my-org/team; see [it](http://x) <b> `c` #12 a*b*.'),
    );
    expect(out).toContain(
      '- ❌ `Book.__id` Book no longer has `@key`(fields: "\\_\\_a") by `@my-org/team`; see \\[it\\](http://x) \\<b\\> \\`c\\` \\#12 a\\*b\\*. _(field-removed)_ — `a,b:50%.graphql:3:7`',
    );
  });

  it('for GitHub keeps the parts of an annotation apart', () => {
    expect(formatNamed('github')(report('100% gone: a, b', ['and more']))).toBe(
      '::error file=a%2Cb%3A50%25.graphql,line=3,col=7,title=Changes%3A field-removed::100%25 gone: a, b%0Aand more\nCheck: Failed.\n',
    );
  });
});
