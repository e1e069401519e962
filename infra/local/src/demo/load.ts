import { demoCatalogue } from './catalogue.ts';
import { type ShopClient, shopClient } from './client.ts';
import * as shop from './operations.ts';

const SHOPPERS = 50;
const AT_ONCE = 8;
const DAY_MS = 86_400_000;

export interface DemoDataOptions {
  gatewayUrl: string;
  /** Makes the first ADMIN, which the public API cannot. */
  createAdmin: (account: shop.Account) => Promise<void>;
  log: (line: string) => void;
}

/**
 * Fills empty databases with demo data, through the public API like any client: 500 products, 50 shoppers with points,
 * three coupon events and orders.
 */
export async function loadDemoData({ gatewayUrl, createAdmin, log }: DemoDataOptions): Promise<void> {
  await createAdmin(shop.ADMIN);
  const anyone = shopClient(gatewayUrl);
  const admin = await shop.signIn(anyone, shop.ADMIN);
  const { categories, products, personName } = demoCatalogue();

  const categoryIds = new Map<string, string>();
  for (const name of categories) categoryIds.set(name, await shop.createCategory(admin, name));
  const productIds = await inParallel(products, ({ category, ...product }) =>
    shop.createProduct(admin, { ...product, categoryId: categoryIds.get(category) as string }),
  );
  log(`${productIds.length} products in ${categories.length} categories`);

  const accounts = Array.from({ length: SHOPPERS }, (_, index) => ({ ...shop.shopper(index + 1), name: personName() }));
  const shoppers = await inParallel(accounts, async (account, index) => {
    const client = await shop.signUp(anyone, account);
    await shop.chargePoints(client, 100_000 * (1 + (index % 10)), `demo-charge-${index}`);
    return client;
  });
  log(`${shoppers.length} shoppers with points`);

  const running = await createEvents(admin);
  const coupons = await inParallel(shoppers.slice(0, 10), (client) => shop.issueCoupon(client, running, 'demo-coupon'));
  log(`3 coupon events: one running (${coupons.length} of 100 coupons taken), one scheduled, one ended`);

  const affordable = productIds.filter((_, index) => isAffordable(products[index]));
  const orders = await inParallel(shoppers.slice(0, 30), (client, index) => {
    const productId = (offset: number) => affordable[(index * 7 + offset) % affordable.length] as string;
    return shop.placeOrder(client, {
      lines: [
        { productId: productId(0), quantity: 1 },
        { productId: productId(3), quantity: 1 },
      ],
      ...(index < 3 && { couponId: coupons[index]?.id as string }),
      idempotencyKey: `demo-order-${index}`,
    });
  });
  log(`${orders.length} orders`);
}

const isAffordable = (product: { price: number; stock: number } | undefined) =>
  product !== undefined && product.price <= 40_000 && product.price >= 10_000 && product.stock > 10;

/** Returns the id of the running event. */
async function createEvents(admin: ShopClient): Promise<string> {
  const now = Date.now();
  const event = (title: string, codePrefix: string, startsInDays: number, endsInDays: number) =>
    shop.createCouponEvent(admin, {
      title,
      description: 'First come, first served.',
      codePrefix,
      totalCount: 100,
      startsAt: new Date(now + startsInDays * DAY_MS),
      endsAt: new Date(now + endsInDays * DAY_MS),
      discountType: codePrefix === 'SPRING' ? 'FIXED' : 'PERCENTAGE',
      discountValue: codePrefix === 'SPRING' ? 5_000 : 10,
      minPurchaseAmount: 10_000,
    });
  const running = await event('Welcome: 10 % off', 'WELCOME', -1, 30);
  await event('Spring sale: 5,000 won off', 'SPRING', 7, 37);
  await shop.endCouponEvent(admin, await event('New year: 10 % off', 'NEWYEAR', -60, 1));
  return running;
}

async function inParallel<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++)
      results[index] = await work(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
