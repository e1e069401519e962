import { randomBytes } from 'node:crypto';
import { readJsonFile, writeJsonFile } from '../json-file.ts';

/** Random secrets by name, made when first asked for and kept in a file. */
export function openSecrets(file: string): (name: string) => string {
  const secrets = readJsonFile<Record<string, string>>(file) ?? {};
  return (name) => {
    const known = secrets[name];
    if (known !== undefined) return known;
    const secret = randomBytes(24).toString('base64url');
    secrets[name] = secret;
    writeJsonFile(file, secrets);
    return secret;
  };
}
