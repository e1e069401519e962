import { mapConnection, payloadOf } from '@shop/subgraph-kit';
import { Arg, Args, Ctx, Directive, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { ProductContext } from '../context.ts';
import { ProductStatus, type Stock, statusOf } from '../domain/stock.ts';
import { adjustStock } from '../use-cases/adjust-stock.ts';
import { createProduct } from '../use-cases/create-product.ts';
import { listProducts } from '../use-cases/list-products.ts';
import { updateProduct } from '../use-cases/update-product.ts';
import { CategoryType } from './category.type.ts';
import { ProductListArgs } from './product.args.ts';
import { AdjustStockInput, CreateProductInput, UpdateProductInput } from './product.input.ts';
import { AdjustStockPayload, CreateProductPayload, UpdateProductPayload } from './product.payload.ts';
import { ProductConnectionType, ProductType } from './product.type.ts';
import { StockType } from './stock.type.ts';

@Resolver(() => ProductType)
export class ProductResolver {
  @Query(() => ProductType, { nullable: true, description: 'A product, discontinued or not; null when there is none.' })
  async product(
    @Arg('id', () => ID, { description: 'Which product.' }) id: string,
    @Ctx() { loaders }: ProductContext,
  ) {
    const product = await loaders.products.load(id);
    return product && ProductType.from(product);
  }

  @Query(() => ProductConnectionType, { description: 'What the shop sells.' })
  async products(@Args(() => ProductListArgs) args: ProductListArgs, @Ctx() ctx: ProductContext) {
    return mapConnection(await listProducts(ctx, args), ProductType.from);
  }

  @FieldResolver(() => CategoryType, { nullable: true, description: 'The shelf it is on.' })
  async category(@Root() { categoryId }: ProductType, @Ctx() { loaders }: ProductContext) {
    const category = categoryId === null ? null : await loaders.categories.load(categoryId);
    return category && CategoryType.from(category);
  }

  @FieldResolver(() => StockType, { description: 'How many there are, at this moment.' })
  async stock(@Root() { id }: ProductType, @Ctx() ctx: ProductContext) {
    return StockType.from(await stockOf(id, ctx));
  }

  @FieldResolver(() => ProductStatus, { description: 'Whether it can be had, at this moment.' })
  async status(@Root() product: ProductType, @Ctx() ctx: ProductContext) {
    return statusOf(product, await stockOf(product.id, ctx));
  }

  @Directive('@authenticated')
  @Mutation(() => CreateProductPayload, { description: 'ADMIN: puts a new product into the catalogue.' })
  createProduct(@Arg('input', () => CreateProductInput) input: CreateProductInput, @Ctx() ctx: ProductContext) {
    return payloadOf(CreateProductPayload, async () => ({
      product: ProductType.from(await createProduct(ctx, input)),
    }));
  }

  @Directive('@authenticated')
  @Mutation(() => UpdateProductPayload, { description: 'ADMIN: edits a product, or discontinues it.' })
  updateProduct(@Arg('input', () => UpdateProductInput) input: UpdateProductInput, @Ctx() ctx: ProductContext) {
    return payloadOf(UpdateProductPayload, async () => ({
      product: ProductType.from(await updateProduct(ctx, input)),
    }));
  }

  @Directive('@authenticated')
  @Mutation(() => AdjustStockPayload, { description: 'ADMIN: counts units in or out.' })
  adjustStock(@Arg('input', () => AdjustStockInput) input: AdjustStockInput, @Ctx() ctx: ProductContext) {
    return payloadOf(AdjustStockPayload, async () => {
      await adjustStock(ctx, input);
      const product = await ctx.loaders.products.load(input.productId);
      return product === null ? {} : { product: ProductType.from(product) };
    });
  }
}

async function stockOf(productId: string, { loaders }: ProductContext): Promise<Stock> {
  return (await loaders.stock.load(productId)) ?? { onHand: 0, held: 0 };
}
