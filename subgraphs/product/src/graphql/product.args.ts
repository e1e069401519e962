import { SafeIntScalar } from '@shop/subgraph-kit';
import { ArgsType, Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { ProductSort } from '../domain/product-sort.ts';
import type { PageArguments } from '../reads/product-page.ts';
import type { ProductFilter } from '../use-cases/list-products.ts';

registerEnumType(ProductSort, {
  name: 'ProductSort',
  description: 'The orders a list of products comes in.',
  valuesConfig: {
    NEWEST: { description: 'The latest addition first.' },
    PRICE_ASC: { description: 'The cheapest first.' },
    PRICE_DESC: { description: 'The dearest first.' },
    NAME: { description: 'By name, whatever the case of its letters.' },
  },
});

@InputType('ProductFilter', { description: 'What the products of a list have in common; all of it must hold.' })
export class ProductFilterInput implements ProductFilter {
  @Field(() => String, { nullable: true, description: 'Words of the name or the description, or how they begin.' })
  search?: string | null;

  @Field(() => ID, { nullable: true, description: 'On this shelf.' })
  categoryId?: string | null;

  @Field(() => SafeIntScalar, { nullable: true, description: 'In won, and this is included.' })
  minPrice?: number | null;

  @Field(() => SafeIntScalar, { nullable: true, description: 'In won, and this is included.' })
  maxPrice?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether some are available now.' })
  inStock?: boolean | null;
}

@ArgsType()
export class ProductPageArgs implements PageArguments {
  @Field(() => Int, { nullable: true, defaultValue: 20, description: 'How many, 1 to 100.' })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'The cursor to go on from.' })
  after?: string | null;

  @Field(() => ProductSort, { nullable: true, defaultValue: ProductSort.NEWEST, description: 'In which order.' })
  sort?: ProductSort | null;
}

@ArgsType()
export class ProductListArgs extends ProductPageArgs {
  @Field(() => ProductFilterInput, { nullable: true, description: 'Which ones; all without it.' })
  filter?: ProductFilterInput | null;
}
