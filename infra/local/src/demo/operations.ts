import type { ShopClient } from './client.ts';

export interface Account {
  email: string;
  password: string;
  name: string;
}

export const ADMIN: Account = { email: 'admin@shop.test', password: 'admin-password-1', name: 'Shop Admin' };

/** The nth demo shopper, counted from 1. */
export const shopper = (n: number): Omit<Account, 'name'> => ({
  email: `shopper${n}@shop.test`,
  password: 'shopper-password-1',
});

interface UserError {
  code: string;
  message: string;
}

/** Throws unless the mutation went through. */
function must<P extends { userErrors: UserError[] }>(payload: P): P {
  if (payload.userErrors.length > 0)
    throw new Error(payload.userErrors.map(({ code, message }) => `${code}: ${message}`).join('; '));
  return payload;
}

const USER_ERRORS = 'userErrors { code message path }';

export async function signIn(client: ShopClient, { email, password }: Omit<Account, 'name'>): Promise<ShopClient> {
  const { signIn } = await client.send<{ signIn: { session: { accessToken: string }; userErrors: UserError[] } }>(
    `mutation SignIn($input: SignInInput!) { signIn(input: $input) { session { accessToken } ${USER_ERRORS} } }`,
    { input: { email, password } },
  );
  return client.withToken(must(signIn).session.accessToken);
}

export async function signUp(client: ShopClient, account: Account): Promise<ShopClient> {
  const { signUp } = await client.send<{ signUp: { session: { accessToken: string }; userErrors: UserError[] } }>(
    `mutation SignUp($input: SignUpInput!) { signUp(input: $input) { session { accessToken } ${USER_ERRORS} } }`,
    { input: account },
  );
  return client.withToken(must(signUp).session.accessToken);
}

export async function chargePoints(client: ShopClient, amount: number, idempotencyKey: string): Promise<number> {
  const { chargePoints } = await client.send<{ chargePoints: { user: { points: number }; userErrors: UserError[] } }>(
    `mutation ChargePoints($input: ChargePointsInput!) { chargePoints(input: $input) { user { points } ${USER_ERRORS} } }`,
    { input: { amount, idempotencyKey } },
  );
  return must(chargePoints).user.points;
}

export async function createCategory(admin: ShopClient, name: string): Promise<string> {
  const { createCategory } = await admin.send<{
    createCategory: { category: { id: string }; userErrors: UserError[] };
  }>(
    `mutation CreateCategory($input: CreateCategoryInput!) { createCategory(input: $input) { category { id } ${USER_ERRORS} } }`,
    { input: { name } },
  );
  return must(createCategory).category.id;
}

export interface NewProduct {
  name: string;
  description: string;
  categoryId: string;
  price: number;
  stock: number;
}

export async function createProduct(admin: ShopClient, input: NewProduct): Promise<string> {
  const { createProduct } = await admin.send<{ createProduct: { product: { id: string }; userErrors: UserError[] } }>(
    `mutation CreateProduct($input: CreateProductInput!) { createProduct(input: $input) { product { id } ${USER_ERRORS} } }`,
    { input },
  );
  return must(createProduct).product.id;
}

export interface NewCouponEvent {
  title: string;
  description: string;
  codePrefix: string;
  totalCount: number;
  startsAt: Date;
  endsAt: Date;
  discountType: 'PERCENTAGE' | 'FIXED';
  discountValue: number;
  minPurchaseAmount?: number;
}

export async function createCouponEvent(admin: ShopClient, input: NewCouponEvent): Promise<string> {
  const { createCouponEvent } = await admin.send<{
    createCouponEvent: { couponEvent: { id: string }; userErrors: UserError[] };
  }>(
    `mutation CreateCouponEvent($input: CreateCouponEventInput!) {
      createCouponEvent(input: $input) { couponEvent { id } ${USER_ERRORS} }
    }`,
    { input },
  );
  return must(createCouponEvent).couponEvent.id;
}

export async function endCouponEvent(admin: ShopClient, id: string): Promise<void> {
  const { updateCouponEvent } = await admin.send<{ updateCouponEvent: { userErrors: UserError[] } }>(
    `mutation EndCouponEvent($input: UpdateCouponEventInput!) { updateCouponEvent(input: $input) { ${USER_ERRORS} } }`,
    { input: { id, ended: true } },
  );
  must(updateCouponEvent);
}

export async function issueCoupon(
  client: ShopClient,
  couponEventId: string,
  requestId: string,
): Promise<{ id: string; code: string }> {
  const { issueCoupon } = await client.send<{
    issueCoupon: { coupon: { id: string; code: string }; userErrors: UserError[] };
  }>(
    `mutation IssueCoupon($input: IssueCouponInput!) { issueCoupon(input: $input) { coupon { id code } ${USER_ERRORS} } }`,
    { input: { couponEventId, requestId } },
  );
  return must(issueCoupon).coupon;
}

export interface PlacedOrder {
  id: string;
  status: string;
  subtotal: { amount: number };
  discount: { amount: number };
  total: { amount: number };
}

export interface PlaceOrderInput {
  lines: { productId: string; quantity: number }[];
  couponId?: string;
  idempotencyKey: string;
}

/** Places an order and returns the payload as it is: the order, or why there is none. */
export async function tryPlaceOrder(
  client: ShopClient,
  input: PlaceOrderInput,
): Promise<{ order: PlacedOrder | null; userErrors: UserError[] }> {
  const { placeOrder } = await client.send<{ placeOrder: { order: PlacedOrder | null; userErrors: UserError[] } }>(
    `mutation PlaceOrder($input: PlaceOrderInput!) {
      placeOrder(input: $input) {
        order { id status subtotal { amount } discount { amount } total { amount } }
        ${USER_ERRORS}
      }
    }`,
    { input },
  );
  return placeOrder;
}

export async function placeOrder(client: ShopClient, input: PlaceOrderInput): Promise<PlacedOrder> {
  return must(await tryPlaceOrder(client, input)).order as PlacedOrder;
}
