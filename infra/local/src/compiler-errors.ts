import { join } from 'node:path';

const FROM_TASK = /^(\S+?):build: (.*)$/;
const COMPILER_ERROR = /^(\S+)(\(\d+,\d+\): error TS\d+: .*)$/;

/**
 * What the compiler found wrong, a line each, in the output of a build whose lines begin with their task
 * (`@shop/coupon:build: …`); files are named from the repository's root. Empty when it failed for another reason.
 */
export function compilerErrors(output: string, folders: ReadonlyMap<string, string>): string[] {
  return output.split('\n').flatMap((line) => {
    const [, workspace = '', said = ''] = FROM_TASK.exec(line) ?? [];
    const [, file, error] = COMPILER_ERROR.exec(said) ?? [];
    return file === undefined ? [] : [`${join(folders.get(workspace) ?? '', file)}${error}`];
  });
}
