import { Refusal, type UserError } from '@shop/kernel';

export type SignUpErrorCode = 'EMAIL_TAKEN' | 'EMAIL_INVALID' | 'PASSWORD_TOO_WEAK' | 'NAME_INVALID';

export interface AccountDetails {
  email: string;
  password: string;
  name: string;
}

const EMAIL_MAX = 254;
const LOCAL_PART_MAX = 64;
const PASSWORD_MIN = 8;
const PASSWORD_MAX = 128;
const NAME_MAX = 100;

// The pattern of <input type=email> in the HTML standard, with a domain of at least two labels.
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const EMAIL = new RegExp(`^[a-z0-9.!#$%&'*+/=?^_\`{|}~-]+@${LABEL}(?:\\.${LABEL})+$`);

/** One spelling per address, so that the unique constraint sees what people mean. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** Whether a normalised address can be one. */
export function isEmail(email: string): boolean {
  return email.length <= EMAIL_MAX && email.indexOf('@') <= LOCAL_PART_MAX && EMAIL.test(email);
}

/** Returns the details as they are kept. Throws a Refusal with every problem at once. */
export function acceptedDetails({ email, password, name }: AccountDetails): AccountDetails {
  const details = { email: normaliseEmail(email), password, name: name.trim() };
  const problems = [...emailProblems(details.email), ...passwordProblems(password), ...nameProblems(details.name)];
  if (problems.length > 0) throw new Refusal(problems);
  return details;
}

export function emailTaken(): Refusal<SignUpErrorCode> {
  return new Refusal(problem('EMAIL_TAKEN', 'email', 'There is already an account with this e-mail address.'));
}

type Problem = UserError<SignUpErrorCode>;

function emailProblems(email: string): Problem[] {
  return isEmail(email) ? [] : [problem('EMAIL_INVALID', 'email', 'This is not an e-mail address.')];
}

function passwordProblems(password: string): Problem[] {
  // A megabyte of password need not be counted character by character.
  const length = password.length > 2 * PASSWORD_MAX ? Number.POSITIVE_INFINITY : [...password].length;
  const isFine = length >= PASSWORD_MIN && length <= PASSWORD_MAX && password.trim() !== '';
  const message = `The password must have ${PASSWORD_MIN} to ${PASSWORD_MAX} characters, not all of them spaces.`;
  return isFine ? [] : [problem('PASSWORD_TOO_WEAK', 'password', message)];
}

function nameProblems(name: string): Problem[] {
  const isFine = name !== '' && name.length <= 2 * NAME_MAX && [...name].length <= NAME_MAX && !/\p{Cc}/u.test(name);
  const message = `The name must have 1 to ${NAME_MAX} characters and no control characters.`;
  return isFine ? [] : [problem('NAME_INVALID', 'name', message)];
}

function problem(code: SignUpErrorCode, field: keyof AccountDetails, message: string): Problem {
  return { code, message, path: ['input', field] };
}
