import { wishOf } from './command-line.ts';
import { UsageError } from './usage-error.ts';

const wish = (line: string) => wishOf(line.split(' ').filter((word) => word !== ''));

it('reads what is asked for', () => {
  expect(wish('republish --since 2026-02-11T10:00:00Z --until 2026-02-11T11:00:00Z --stream ORDER --dry-run')).toEqual({
    name: 'republish',
    options: {
      since: new Date('2026-02-11T10:00:00Z'),
      until: new Date('2026-02-11T11:00:00Z'),
      stream: 'ORDER',
      dryRun: true,
      force: false,
    },
  });
  expect(wish('deadletters list --json')).toEqual({ name: 'list', filter: { stream: null, ids: [] }, json: true });
  expect(wish('deadletters redrive --id 1 --id 7 --stream ORDER')).toEqual({
    name: 'redrive',
    filter: { stream: 'ORDER', ids: ['1', '7'] },
  });
});

it.each(['--help', 'help', 'republish --help', 'deadletters -h'])('helps with %s', (line) => {
  expect(wish(line)).toEqual({ name: 'help' });
});

it.each([
  ['', /What is to be done/],
  ['deadletters', /no command "deadletters"/],
  ['deadletters burn', /no command "deadletters burn"/],
  ['republish', /Since when/],
  ['republish --since soon', /--since "soon" is no time/],
  ['republish --since 1h --until 2h', /before --until/],
  ['republish --since 1h --stream *', /no name of a stream/],
  ['republish --since 1h --all', /knows no --all/],
  ['republish --since', /--since/],
  ['republish --sinse 1h', /--sinse/],
  ['deadletters show', /Which one/],
  ['deadletters redrive', /Which ones/],
  ['deadletters redrive --id 1 --all', /Which ones/],
])('refuses "%s" with a word on it', (line, reason) => {
  expect(() => wish(line)).toThrow(UsageError);
  expect(() => wish(line)).toThrow(reason);
});
