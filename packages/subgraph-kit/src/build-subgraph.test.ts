import 'reflect-metadata';
import { expect, it } from '@jest/globals';
import { graphql } from 'graphql';
import { Directive, Field, ID, ObjectType, Query, Resolver } from 'type-graphql';
import { buildSubgraph } from './build-subgraph.ts';

// Applied by hand: this package runs as it is written, and decorators would have to be compiled.
class Book {
  id!: string;
}
ObjectType()(Book);
Directive('@key(fields: "id")')(Book);
Field(() => ID)(Book.prototype, 'id');

class BookResolver {
  book(): Book | null {
    return null;
  }
}
Resolver()(BookResolver);
Query(() => Book, { nullable: true })(BookResolver.prototype, 'book', {});

it('knows no entity by an id that is no text, and resolves the others beside it', async () => {
  const asked: unknown[] = [];
  const { schema } = await buildSubgraph({
    resolvers: [BookResolver],
    references: {
      Book: async ({ id }) => {
        asked.push(id);
        return Object.assign(new Book(), { id });
      },
    },
  });
  const ids = ['b1', undefined, null, 7, ['b1'], { id: 'b1' }, 'b2'];
  const answer = await graphql({
    schema,
    source: 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Book { id } } }',
    variableValues: { of: ids.map((id) => ({ __typename: 'Book', id })) },
  });
  expect(answer).toEqual({ data: { _entities: [{ id: 'b1' }, null, null, null, null, null, { id: 'b2' }] } });
  expect(asked).toEqual(['b1', 'b2']);
});
