import { matchesGlob } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { parse, Source } from 'graphql';
import type { Artifacts } from '../artifacts.ts';
import type { SourceFile } from '../repository.ts';
import type { CodegenConfig } from './codegen-config.ts';

const pluginMap = { 'typescript-operations': typescriptOperations, 'typed-document-node': typedDocumentNode };

const HEADER = '/* Written by "npm run schema" from schema/operations and schema/api.graphql; do not edit. */\n';

/**
 * The operations as TypeScript: a document for each, which knows its variables and its answer. The operations must be
 * valid for the schema.
 */
export async function typedOperations(
  { documents, generates }: CodegenConfig,
  apiSdl: string,
  operations: readonly SourceFile[],
): Promise<Artifacts> {
  const schema = parse(apiSdl);
  const chosen = operations
    .filter(({ file }) => file.endsWith('.graphql') && documents.some((glob) => matchesGlob(file, glob)))
    .map(({ file, text }) => ({ location: file, document: parse(new Source(text, file)) }));
  const texts = Object.entries(generates).map(async ([filename, { plugins, config }]): Promise<[string, string]> => {
    const text = await codegen({
      filename,
      schema,
      documents: chosen,
      plugins: plugins.map((plugin) => ({ [plugin]: {} })),
      pluginMap,
      config,
    });
    return [filename, `${HEADER}${text.trim()}\n`];
  });
  return new Map(await Promise.all(texts));
}
