import { type ClassType, Field, ObjectType } from 'type-graphql';
import type { Connection } from './pagination.ts';
import { PageInfoType } from './types.ts';

/** The object types of a list of `Node`: `<name>Connection` and `<name>Edge`. */
export function connectionType<Node extends object>(
  name: string,
  nodeType: () => ClassType<Node>,
): ClassType<Connection<Node>> {
  @ObjectType(`${name}Edge`, { description: `A ${name} and its place in the list.` })
  class Edge {
    @Field(() => String, { description: 'Give it as `after` to go on from here.' })
    cursor!: string;

    @Field(nodeType, { description: `The ${name} itself.` })
    node!: Node;
  }

  @ObjectType(`${name}Connection`, { description: `A page of a list of ${name}.` })
  class ConnectionOfNode {
    @Field(() => [Edge], { description: 'The page with a cursor for each entry.' })
    edges!: Edge[];

    @Field(() => [nodeType()], { description: 'The page without cursors.' })
    nodes!: Node[];

    @Field(() => PageInfoType, { description: 'Where the page lies in the list.' })
    pageInfo!: PageInfoType;
  }

  return ConnectionOfNode;
}
