import { describe, expect, it } from '@jest/globals';
import { parseSubjectTemplate, subjectMatches } from './subject-template.ts';

const nobody = { args: {}, viewerId: null };

describe('a subject template', () => {
  it('becomes one subject for each subscriber, and one filter for all', () => {
    const template = parseSubjectTemplate('lamp.switched.{args.lampId}.{viewer.id}');
    expect(template.filter).toBe('lamp.switched.*.*');
    expect(template.args).toEqual(['lampId']);
    expect(template.fill({ args: { lampId: 'l-1' }, viewerId: 'u1' })).toBe('lamp.switched.l-1.u1');
  });

  it.each([undefined, null])('takes an argument that is %s for all values', (lampId) => {
    expect(parseSubjectTemplate('lamp.{args.lampId}').fill({ ...nobody, args: { lampId } })).toBe('lamp.*');
  });

  it.each(['*', '>', 'a.b', '', ' ', 'a b', '{viewer.id}', 'ü', 'x'.repeat(129)])(
    'refuses the value "%s"',
    (lampId) => {
      const fill = () => parseSubjectTemplate('lamp.{args.lampId}').fill({ ...nobody, args: { lampId } });
      expect(fill).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', field: 'lampId' }));
    },
  );

  it('refuses an anonymous viewer where it asks for one', () => {
    const fill = () => parseSubjectTemplate('lamp.{viewer.id}').fill(nobody);
    expect(fill).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
  });

  it.each(['lamp.{args.a', 'lamp..on', 'lamp.*', 'lamp.{viewer.role}', 'lamp.a{args.b}', 'lamp.{env.X}'])(
    'cannot be "%s"',
    (text) => expect(() => parseSubjectTemplate(text)).toThrow('subject'),
  );
});

it.each([
  ['lamp.on.l1', 'lamp.on.l1', true],
  ['lamp.on.*', 'lamp.on.l1', true],
  ['lamp.on.l1', 'lamp.on.l2', false],
  ['lamp.on', 'lamp.on.l1', false],
  ['lamp.on.*', 'lamp.on', false],
])('%s against %s: %s', (wanted, subject, matches) => {
  expect(subjectMatches(wanted, subject)).toBe(matches);
});
