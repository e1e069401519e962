import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { z } from 'zod';
import { CannotRun } from './command.ts';
import { parseGraphql } from './parse-graphql.ts';
import { readOperationFiles, type SourceFile } from './repository.ts';
import { parseJson, problemsOf, type Settings } from './settings.ts';
import type { Tree } from './tree.ts';

/** An operation that clients are known to send. */
export interface RegisteredOperation {
  name: string;
  /** From the root; locations in `document` are of this file, or of the body within a manifest. */
  file: string;
  /** The operation and the fragments it needs, nothing else. */
  document: DocumentNode;
  /** False for one out of a manifest, whose locations point into a text within the file. */
  hasPlace: boolean;
}

/** https://www.npmjs.com/package/@apollo/generate-persisted-query-manifest */
const manifest = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string(), name: z.string(), body: z.string() })),
});

/** Reads the operations a tree registers: files of operations, which may share fragments, and manifests. Throws CannotRun. */
export async function readOperations(tree: Tree, settings: Settings): Promise<RegisteredOperation[]> {
  const files = await readOperationFiles(tree, settings);
  const texts = files.filter(({ file }) => !file.endsWith('.json'));
  const documents = texts.map((source) => ({ ...source, definitions: parseGraphql(source).definitions }));
  const shared = documents.flatMap(({ definitions }) => definitions).filter(isFragment);
  return [
    ...documents.flatMap(({ file, definitions }) =>
      operationsOf(file, definitions, shared).map((operation) => ({ ...operation, hasPlace: true })),
    ),
    ...files.filter(({ file }) => file.endsWith('.json')).flatMap(operationsOfManifest),
  ];
}

function operationsOfManifest({ file, text }: SourceFile): RegisteredOperation[] {
  const { data, error } = manifest.safeParse(parseJson(text, file));
  if (error) throw new CannotRun(`${file} is no manifest of persisted queries: ${problemsOf(error)}.`);
  return data.operations.flatMap(({ name, body }) => {
    const source = { file: `${file} (${name})`, text: body };
    return operationsOf(source.file, parseGraphql(source).definitions, []).map((operation) => ({
      ...operation,
      file,
      hasPlace: false,
    }));
  });
}

function operationsOf(
  file: string,
  definitions: readonly DefinitionNode[],
  shared: readonly FragmentDefinitionNode[],
): Omit<RegisteredOperation, 'hasPlace'>[] {
  // Fragments of the same file come first: another file may use the name for something else.
  const fragments = new Map([...shared, ...definitions.filter(isFragment)].map((one) => [one.name.value, one]));
  return definitions
    .filter((one) => one.kind === Kind.OPERATION_DEFINITION)
    .map((operation) => ({
      name: operation.name?.value ?? 'unnamed',
      file,
      document: { kind: Kind.DOCUMENT, definitions: [operation, ...fragmentsOf(operation, fragments)] },
    }));
}

/** The fragments an operation spreads, and those they spread. */
function fragmentsOf(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): Set<FragmentDefinitionNode> {
  const needed = new Set<FragmentDefinitionNode>();
  const gather = (node: OperationDefinitionNode | FragmentDefinitionNode) =>
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (!fragment || needed.has(fragment)) return;
        needed.add(fragment);
        gather(fragment);
      },
    });
  gather(operation);
  return needed;
}

function isFragment(definition: DefinitionNode): definition is FragmentDefinitionNode {
  return definition.kind === Kind.FRAGMENT_DEFINITION;
}
