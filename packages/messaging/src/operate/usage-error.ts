/** The command line cannot be meant as it stands; nothing has been done. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
