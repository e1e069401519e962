import { Forbidden, Unauthenticated } from './errors.ts';
import { Viewer } from './viewer.ts';

const shopper = Viewer.signedIn({ userId: 'u1', role: 'USER' });
const admin = Viewer.signedIn({ userId: 'a1', role: 'ADMIN' });

it('lets a user see themself and nobody else', () => {
  expect(shopper.maySee('u1')).toBe(true);
  expect(shopper.maySee('u2')).toBe(false);
  expect(Viewer.anonymous.maySee('u1')).toBe(false);
  expect(admin.maySee('u1')).toBe(true);
});

it('tells the missing sign-in apart from the missing role', () => {
  expect(() => Viewer.anonymous.mustBe('ADMIN')).toThrow(Unauthenticated);
  expect(() => shopper.mustBe('ADMIN')).toThrow(Forbidden);
  expect(admin.mustBe('ADMIN')).toBe('a1');
});
