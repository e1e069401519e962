import { mapConnection, payloadOf } from '@shop/subgraph-kit';
import { Arg, Args, Ctx, Directive, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { ProductContext } from '../context.ts';
import { productPageOf } from '../reads/product-page.ts';
import { createCategory } from '../use-cases/create-category.ts';
import { listCategories } from '../use-cases/list-categories.ts';
import { CreateCategoryInput } from './category.input.ts';
import { CreateCategoryPayload } from './category.payload.ts';
import { CategoryType } from './category.type.ts';
import { ProductPageArgs } from './product.args.ts';
import { ProductConnectionType, ProductType } from './product.type.ts';

@Resolver(() => CategoryType)
export class CategoryResolver {
  @Directive('@listSize(assumedSize: 10)')
  @Query(() => [CategoryType], { description: 'All shelves, by name.' })
  async categories(@Ctx() ctx: ProductContext) {
    return (await listCategories(ctx)).map(CategoryType.from);
  }

  @FieldResolver(() => ProductConnectionType, { description: 'What the shop sells of this kind.' })
  async products(
    @Root() { id }: CategoryType,
    @Args(() => ProductPageArgs) args: ProductPageArgs,
    @Ctx() { loaders }: ProductContext,
  ) {
    const page = await loaders.categoryPages(productPageOf(args)).load(id);
    return page && mapConnection(page.connection, ProductType.from);
  }

  @Directive('@authenticated')
  @Mutation(() => CreateCategoryPayload, { description: 'ADMIN: puts up a new shelf.' })
  createCategory(@Arg('input', () => CreateCategoryInput) input: CreateCategoryInput, @Ctx() ctx: ProductContext) {
    return payloadOf(CreateCategoryPayload, async () => ({
      category: CategoryType.from(await createCategory(ctx, input)),
    }));
  }
}
