/* Written by "npm run schema" from schema/operations and schema/api.graphql; do not edit. */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Why stock was not adjusted. */
export type AdjustStockErrorCode =
  /** Less would be on hand than is held for orders. */
  | 'BELOW_HELD'
  | 'PRODUCT_NOT_FOUND'
  /** expectedOnHand is no longer true. */
  | 'STOCK_CHANGED';

/** `delta` units are added to what is on hand; `expectedOnHand`, when given, must still be true (compare and set). */
export type AdjustStockInput = {
  /** Units that came, or, when negative, are gone. */
  delta: number;
  /** What is on hand as far as you know. */
  expectedOnHand?: number | null | undefined;
  /** The same key with the same input adjusts once, however often it is sent. */
  idempotencyKey: string;
  /** Whose stock. */
  productId: string;
};

/** Why an order is not cancelled. */
export type CancelOrderErrorCode =
  | 'ORDER_NOT_CANCELLABLE'
  | 'ORDER_NOT_FOUND';

/** Cancelling a cancelled order answers with it. */
export type CancelOrderInput = {
  /** An order of the viewer. */
  orderId: string;
  /** Up to 500 characters. */
  reason?: string | null | undefined;
};

/** Why nothing was charged. */
export type ChargePointsErrorCode =
  | 'AMOUNT_OUT_OF_RANGE'
  | 'BALANCE_LIMIT_EXCEEDED';

/** Points to add to the balance of the viewer. */
export type ChargePointsInput = {
  /** 1 to 10,000,000. */
  amount: number;
  /** The same key with the same amount charges once, however often it is sent. */
  idempotencyKey: string;
};

/** What is wrong with an event that an ADMIN wants. */
export type CouponEventInputErrorCode =
  | 'CODE_PREFIX_INVALID'
  | 'COUNT_BELOW_ISSUED'
  | 'COUNT_INVALID'
  | 'COUPON_EVENT_NOT_FOUND'
  | 'DISCOUNT_INVALID'
  | 'TITLE_INVALID'
  | 'WINDOW_INVALID';

/** Where an event stands, by its times or because it was ended early. */
export type CouponEventStatus =
  /** Coupons can be had, while there are any. */
  | 'ACTIVE'
  /** It is over; what is issued stays valid. */
  | 'ENDED'
  /** It has not begun. */
  | 'SCHEDULED';

/** Whether a coupon can be used. */
export type CouponStatus =
  /** It can be used. */
  | 'ACTIVE'
  /** Its time is over, and nobody used it. */
  | 'EXPIRED'
  /** An order that wants it is being placed. */
  | 'HELD'
  /** An order was placed with it. */
  | 'USED';

/** A new shelf. */
export type CreateCategoryInput = {
  /** 1 to 200 characters. */
  name: string;
};

/** A new event. */
export type CreateCouponEventInput = {
  /** What its codes begin with: 1 to 20 capital letters and digits. */
  codePrefix: string;
  /** At most 10,000 characters. */
  description?: string | null | undefined;
  /** How the discount is reckoned. */
  discountType: DiscountType;
  /** Percent (1-100) or amount in minor units (1-1,000,000,000). */
  discountValue: number;
  /** After startsAt. */
  endsAt: string;
  /** 1 to 1,000. */
  maxPerUser?: number | null | undefined;
  /** In minor units. */
  minPurchaseAmount?: number | null | undefined;
  /** May lie in the past. */
  startsAt: string;
  /** 1 to 255 characters. */
  title: string;
  /** 1 to 10,000,000. */
  totalCount: number;
  /** 1 to 3,650. */
  validDays?: number | null | undefined;
};

/** A new product and how many of it there are. */
export type CreateProductInput = {
  /** The shelf it goes on. */
  categoryId?: string | null | undefined;
  /** At most 10,000 characters. */
  description?: string | null | undefined;
  /** 1 to 200 characters. */
  name: string;
  /** In won, 1 to 1,000,000,000. */
  price: number;
  /** What lies on the shelf at first, 0 to 1,000,000,000. */
  stock: number;
};

/** ISO 4217 currency code. */
export type CurrencyCode =
  /** Korean won. */
  | 'KRW'
  /** US dollars; amounts are in cents. */
  | 'USD';

/** How a discount is reckoned. */
export type DiscountType =
  /** An amount, the subtotal at most. */
  | 'FIXED'
  /** A share of the subtotal. */
  | 'PERCENTAGE';

/** Why no coupon was issued. */
export type IssueCouponErrorCode =
  | 'COUPON_EVENT_NOT_FOUND'
  | 'ENDED'
  | 'NOT_STARTED'
  | 'PER_USER_LIMIT_REACHED'
  | 'SOLD_OUT';

/** requestId (per user) makes a retry safe: the same id answers with the same coupon, sold out or not; for another event, should that have a coupon to give, it is IDEMPOTENCY_KEY_REUSED. A refused request leaves its id free. */
export type IssueCouponInput = {
  /** The event to take a coupon of. */
  couponEventId: string;
  /** May instead be sent as the HTTP header Idempotency-Key. */
  requestId?: string | null | undefined;
};

/** So many of one product. Lines of the same product are summed. */
export type OrderLineInput = {
  /** Which product. */
  productId: string;
  /** 1 to 1,000. */
  quantity: number;
};

/** How far an order is. */
export type OrderStatus =
  /** The payment provider has it. */
  | 'AWAITING_PAYMENT'
  /** It was called off; what it took is given back. */
  | 'CANCELLED'
  /** It is paid, and its goods are taken. */
  | 'COMPLETED'
  /** Stock, points and coupon are being held. */
  | 'PENDING'
  /** It came to nothing, for its reason; what it held is given back. */
  | 'REJECTED';

/** What an order is paid with. */
export type PaymentMethod =
  /** A card, on the page of the payment provider. */
  | 'CARD'
  /** The points of the buyer, at once. */
  | 'POINTS';

/** How far a payment is. */
export type PaymentStatus =
  /** The money is there. */
  | 'CAPTURED'
  /** No money was taken. */
  | 'FAILED'
  /** The buyer has not decided. */
  | 'PENDING'
  /** The money was given back. */
  | 'REFUNDED';

/** Why an order is refused. */
export type PlaceOrderErrorCode =
  | 'COUPON_MINIMUM_NOT_MET'
  | 'COUPON_NOT_FOUND'
  | 'COUPON_NOT_USABLE'
  | 'EMPTY_ORDER'
  | 'INSUFFICIENT_POINTS'
  | 'INSUFFICIENT_STOCK'
  | 'PAYMENT_DECLINED'
  | 'PRODUCT_NOT_FOUND'
  | 'QUANTITY_INVALID';

/** What to order, and how it is paid. */
export type PlaceOrderInput = {
  /** A coupon of the viewer. */
  couponId?: string | null | undefined;
  /** The same key with the same input answers with the same order. May be the header Idempotency-Key. */
  idempotencyKey?: string | null | undefined;
  /** 1 to 100 lines. */
  lines: Array<OrderLineInput>;
  /** What it is paid with. */
  paymentMethod?: PaymentMethod | null | undefined;
};

/** Which way points went, and why. */
export type PointEntryKind =
  /** Charged by the user: the balance rose. */
  | 'CHARGE'
  /** Given back for a cancelled order: the balance rose. */
  | 'REFUND'
  /** Spent on an order: the balance fell. */
  | 'SPEND';

/** What the products of a list have in common; all of it must hold. */
export type ProductFilter = {
  /** On this shelf. */
  categoryId?: string | null | undefined;
  /** Whether some are available now. */
  inStock?: boolean | null | undefined;
  /** In won, and this is included. */
  maxPrice?: number | null | undefined;
  /** In won, and this is included. */
  minPrice?: number | null | undefined;
  /** Words of the name or the description, or how they begin. */
  search?: string | null | undefined;
};

/** What may be wrong with the description of a product or a category. */
export type ProductInputErrorCode =
  | 'CATEGORY_NOT_FOUND'
  | 'NAME_INVALID'
  | 'PRICE_INVALID'
  | 'PRODUCT_NOT_FOUND'
  | 'STOCK_INVALID';

/** The orders a list of products comes in. */
export type ProductSort =
  /** By name, whatever the case of its letters. */
  | 'NAME'
  /** The latest addition first. */
  | 'NEWEST'
  /** The cheapest first. */
  | 'PRICE_ASC'
  /** The dearest first. */
  | 'PRICE_DESC';

/** Whether a product can be had. */
export type ProductStatus =
  /** No longer sold; listed nowhere, but still found by its id. */
  | 'DISCONTINUED'
  /** Some are available. */
  | 'ON_SALE'
  /** None is available now. */
  | 'SOLD_OUT';

/** Why the session does not go on. */
export type RefreshSessionErrorCode =
  | 'REFRESH_TOKEN_INVALID'
  | 'REFRESH_TOKEN_REUSED';

/** The session to go on with. */
export type RefreshSessionInput = {
  /** The latest one of the session. */
  refreshToken: string;
};

/** What somebody may do. */
export type Role =
  /** Runs the shop: catalogue, stock and coupon events. */
  | 'ADMIN'
  /** Shops. */
  | 'USER';

/** Why nobody was signed in. */
export type SignInErrorCode =
  | 'INVALID_CREDENTIALS';

/** What somebody proves with who they are. */
export type SignInInput = {
  /** In any case. */
  email: string;
  /** As given at sign-up. */
  password: string;
};

/** Why nobody was signed up. */
export type SignUpErrorCode =
  | 'EMAIL_INVALID'
  | 'EMAIL_TAKEN'
  | 'NAME_INVALID'
  | 'PASSWORD_TOO_WEAK';

/** A new account. */
export type SignUpInput = {
  /** Trimmed and put in lower case. */
  email: string;
  /** 1 to 100 characters. */
  name: string;
  /** 8 to 128 characters. */
  password: string;
};

/** With expectedVersion, an edit of another version is refused with CONFLICT. totalCount may not drop below what is issued. */
export type UpdateCouponEventInput = {
  /** At most 10,000 characters; null takes it away. */
  description?: string | null | undefined;
  /** true ends it now, for good; what is issued stays valid. */
  ended?: boolean | null | undefined;
  /** After startsAt. */
  endsAt?: string | null | undefined;
  /** The version the edit was made from. */
  expectedVersion?: number | null | undefined;
  /** The event to edit. */
  id: string;
  /** 1 to 255 characters. */
  title?: string | null | undefined;
  /** More of a sold-out event is a restock. */
  totalCount?: number | null | undefined;
};

/** An edit. What is absent stays; null clears the description or the category. */
export type UpdateProductInput = {
  /** The shelf it goes on. */
  categoryId?: string | null | undefined;
  /** At most 10,000 characters. */
  description?: string | null | undefined;
  /** True takes it out of the shop, false brings it back. */
  discontinued?: boolean | null | undefined;
  /** The product to edit. */
  id: string;
  /** 1 to 200 characters. */
  name?: string | null | undefined;
  /** In won, 1 to 1,000,000,000. */
  price?: number | null | undefined;
};

export type AccountQueryVariables = Exact<{ [key: string]: never; }>;


export type AccountQuery = { me: { id: string, email: string, name: string, role: Role, points: number } | null };

export type AdjustStockMutationVariables = Exact<{
  input: AdjustStockInput;
}>;


export type AdjustStockMutation = { adjustStock: { product: { id: string, stock: { available: number, onHand: number, held: number } } | null, userErrors: Array<{ code: AdjustStockErrorCode, message: string, path: Array<string> | null }> } };

export type CancelOrderMutationVariables = Exact<{
  input: CancelOrderInput;
}>;


export type CancelOrderMutation = { cancelOrder: { order: { id: string, status: OrderStatus, reason: string | null, payment: { id: string, method: PaymentMethod, status: PaymentStatus, redirectUrl: string | null, amount: { amount: number, currencyCode: CurrencyCode } } | null } | null, userErrors: Array<{ code: CancelOrderErrorCode, message: string, path: Array<string> | null }> } };

export type CategoriesQueryVariables = Exact<{ [key: string]: never; }>;


export type CategoriesQuery = { categories: Array<{ id: string, name: string }> };

export type ChargePointsMutationVariables = Exact<{
  input: ChargePointsInput;
}>;


export type ChargePointsMutation = { chargePoints: { user: { id: string, points: number } | null, entry: { id: string, amount: number, balanceAfter: number, occurredAt: string } | null, userErrors: Array<{ code: ChargePointsErrorCode, message: string, path: Array<string> | null }> } };

export type CouponEventPageQueryVariables = Exact<{
  id: string;
}>;


export type CouponEventPageQuery = { couponEvent: { id: string, title: string, description: string | null, status: CouponEventStatus, startsAt: string, endsAt: string, totalCount: number, issuedCount: number, remainingCount: number, soldOut: boolean, soldOutAt: string | null, maxPerUser: number, validDays: number, version: number, discount: { type: DiscountType, value: number }, minPurchaseAmount: { amount: number, currencyCode: CurrencyCode } } | null };

export type CouponEventsQueryVariables = Exact<{
  status?: CouponEventStatus | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type CouponEventsQuery = { couponEvents: { nodes: Array<{ id: string, title: string, status: CouponEventStatus, startsAt: string, endsAt: string, remainingCount: number, soldOut: boolean, discount: { type: DiscountType, value: number }, minPurchaseAmount: { amount: number, currencyCode: CurrencyCode } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type CouponIssuedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type CouponIssuedSubscription = { couponIssued: { issuedAt: string, coupon: { id: string, code: string, status: CouponStatus, owner: { id: string, name: string }, event: { id: string, title: string } } } };

export type CouponSoldOutSubscriptionVariables = Exact<{
  couponEventId?: string | null | undefined;
}>;


export type CouponSoldOutSubscription = { couponSoldOut: { soldOutAt: string, couponEvent: { id: string, title: string, remainingCount: number, soldOut: boolean } } };

export type CreateCategoryMutationVariables = Exact<{
  input: CreateCategoryInput;
}>;


export type CreateCategoryMutation = { createCategory: { category: { id: string, name: string } | null, userErrors: Array<{ code: ProductInputErrorCode, message: string, path: Array<string> | null }> } };

export type CreateCouponEventMutationVariables = Exact<{
  input: CreateCouponEventInput;
}>;


export type CreateCouponEventMutation = { createCouponEvent: { couponEvent: { id: string, title: string, status: CouponEventStatus, version: number } | null, userErrors: Array<{ code: CouponEventInputErrorCode, message: string, path: Array<string> | null }> } };

export type CreateProductMutationVariables = Exact<{
  input: CreateProductInput;
}>;


export type CreateProductMutation = { createProduct: { product: { id: string, name: string, status: ProductStatus, price: { amount: number, currencyCode: CurrencyCode } } | null, userErrors: Array<{ code: ProductInputErrorCode, message: string, path: Array<string> | null }> } };

export type IssueCouponMutationVariables = Exact<{
  input: IssueCouponInput;
}>;


export type IssueCouponMutation = { issueCoupon: { coupon: { id: string, code: string, status: CouponStatus, expiresAt: string } | null, couponEvent: { id: string, remainingCount: number, soldOut: boolean } | null, userErrors: Array<{ code: IssueCouponErrorCode, message: string, path: Array<string> | null }> } };

export type MyCouponsQueryVariables = Exact<{
  status?: CouponStatus | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type MyCouponsQuery = { me: { id: string, coupons: { nodes: Array<{ id: string, code: string, status: CouponStatus, expiresAt: string, usedAt: string | null, event: { id: string, title: string, discount: { type: DiscountType, value: number }, minPurchaseAmount: { amount: number } } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type MyOrdersQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type MyOrdersQuery = { me: { id: string, orders: { nodes: Array<{ id: string, status: OrderStatus, createdAt: string, total: { amount: number, currencyCode: CurrencyCode }, lines: Array<{ quantity: number, productName: string, product: { id: string, name: string, status: ProductStatus } | null }>, coupon: { id: string, status: CouponStatus, event: { id: string, title: string } } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type OrderAuditQueryVariables = Exact<{
  id: string;
}>;


export type OrderAuditQuery = { order: { id: string, status: OrderStatus, reason: string | null, user: { id: string, email: string, name: string }, total: { amount: number, currencyCode: CurrencyCode }, payment: { id: string, method: PaymentMethod, status: PaymentStatus, amount: { amount: number, currencyCode: CurrencyCode } } | null, sagaSteps: Array<{ name: string, outcome: string, at: string }> | null } | null };

export type OrderPageQueryVariables = Exact<{
  id: string;
}>;


export type OrderPageQuery = { order: { id: string, status: OrderStatus, reason: string | null, createdAt: string, completedAt: string | null, subtotal: { amount: number, currencyCode: CurrencyCode }, discount: { amount: number, currencyCode: CurrencyCode }, total: { amount: number, currencyCode: CurrencyCode }, lines: Array<{ quantity: number, productName: string, unitPrice: { amount: number }, lineTotal: { amount: number }, product: { id: string, name: string, status: ProductStatus } | null }>, coupon: { id: string, code: string, status: CouponStatus, event: { id: string, title: string } } | null, payment: { id: string, method: PaymentMethod, status: PaymentStatus, redirectUrl: string | null, amount: { amount: number, currencyCode: CurrencyCode } } | null } | null };

export type OrderStatusChangedSubscriptionVariables = Exact<{
  orderId: string;
}>;


export type OrderStatusChangedSubscription = { orderStatusChanged: { id: string, status: OrderStatus, reason: string | null, total: { amount: number, currencyCode: CurrencyCode }, user: { id: string } } };

export type PlaceOrderMutationVariables = Exact<{
  input: PlaceOrderInput;
}>;


export type PlaceOrderMutation = { placeOrder: { order: { id: string, status: OrderStatus, reason: string | null, subtotal: { amount: number, currencyCode: CurrencyCode }, discount: { amount: number, currencyCode: CurrencyCode }, total: { amount: number, currencyCode: CurrencyCode }, payment: { id: string, method: PaymentMethod, status: PaymentStatus, redirectUrl: string | null, amount: { amount: number, currencyCode: CurrencyCode } } | null } | null, userErrors: Array<{ code: PlaceOrderErrorCode, message: string, path: Array<string> | null }> } };

export type PointHistoryQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type PointHistoryQuery = { me: { id: string, points: number, pointHistory: { nodes: Array<{ id: string, kind: PointEntryKind, amount: number, balanceAfter: number, orderId: string | null, occurredAt: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } } | null };

export type ProductPageQueryVariables = Exact<{
  id: string;
}>;


export type ProductPageQuery = { product: { id: string, name: string, description: string | null, status: ProductStatus, price: { amount: number, currencyCode: CurrencyCode }, stock: { available: number }, category: { id: string, name: string } | null } | null };

export type ProductStockQueryVariables = Exact<{
  id: string;
}>;


export type ProductStockQuery = { product: { id: string, stock: { available: number, onHand: number, held: number } } | null };

export type ProductsPageQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  sort?: ProductSort | null | undefined;
  filter?: ProductFilter | null | undefined;
}>;


export type ProductsPageQuery = { products: { nodes: Array<{ id: string, name: string, status: ProductStatus, price: { amount: number, currencyCode: CurrencyCode }, stock: { available: number }, category: { id: string, name: string } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type RefreshSessionMutationVariables = Exact<{
  input: RefreshSessionInput;
}>;


export type RefreshSessionMutation = { refreshSession: { session: { accessToken: string, refreshToken: string, expiresAt: string } | null, userErrors: Array<{ code: RefreshSessionErrorCode, message: string, path: Array<string> | null }> } };

export type SignInMutationVariables = Exact<{
  input: SignInInput;
}>;


export type SignInMutation = { signIn: { session: { accessToken: string, refreshToken: string, expiresAt: string, user: { id: string, email: string, name: string, role: Role } } | null, userErrors: Array<{ code: SignInErrorCode, message: string, path: Array<string> | null }> } };

export type SignOutMutationVariables = Exact<{ [key: string]: never; }>;


export type SignOutMutation = { signOut: { signedOut: boolean } };

export type SignUpMutationVariables = Exact<{
  input: SignUpInput;
}>;


export type SignUpMutation = { signUp: { session: { accessToken: string, refreshToken: string, expiresAt: string, user: { id: string, email: string, name: string, role: Role } } | null, userErrors: Array<{ code: SignUpErrorCode, message: string, path: Array<string> | null }> } };

export type UpdateCouponEventMutationVariables = Exact<{
  input: UpdateCouponEventInput;
}>;


export type UpdateCouponEventMutation = { updateCouponEvent: { couponEvent: { id: string, title: string, description: string | null, status: CouponEventStatus, totalCount: number, issuedCount: number, remainingCount: number, endsAt: string, version: number } | null, userErrors: Array<{ code: CouponEventInputErrorCode, message: string, path: Array<string> | null }> } };

export type UpdateProductMutationVariables = Exact<{
  input: UpdateProductInput;
}>;


export type UpdateProductMutation = { updateProduct: { product: { id: string, name: string, description: string | null, status: ProductStatus, price: { amount: number, currencyCode: CurrencyCode }, category: { id: string, name: string } | null } | null, userErrors: Array<{ code: ProductInputErrorCode, message: string, path: Array<string> | null }> } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const AccountDocument = new TypedDocumentString(`
    query Account {
  me {
    id
    email
    name
    role
    points
  }
}
    `) as unknown as TypedDocumentString<AccountQuery, AccountQueryVariables>;
export const AdjustStockDocument = new TypedDocumentString(`
    mutation AdjustStock($input: AdjustStockInput!) {
  adjustStock(input: $input) {
    product {
      id
      stock {
        available
        onHand
        held
      }
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<AdjustStockMutation, AdjustStockMutationVariables>;
export const CancelOrderDocument = new TypedDocumentString(`
    mutation CancelOrder($input: CancelOrderInput!) {
  cancelOrder(input: $input) {
    order {
      id
      status
      reason
      payment {
        id
        method
        status
        redirectUrl
        amount {
          amount
          currencyCode
        }
      }
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<CancelOrderMutation, CancelOrderMutationVariables>;
export const CategoriesDocument = new TypedDocumentString(`
    query Categories {
  categories {
    id
    name
  }
}
    `) as unknown as TypedDocumentString<CategoriesQuery, CategoriesQueryVariables>;
export const ChargePointsDocument = new TypedDocumentString(`
    mutation ChargePoints($input: ChargePointsInput!) {
  chargePoints(input: $input) {
    user {
      id
      points
    }
    entry {
      id
      amount
      balanceAfter
      occurredAt
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<ChargePointsMutation, ChargePointsMutationVariables>;
export const CouponEventPageDocument = new TypedDocumentString(`
    query CouponEventPage($id: ID!) {
  couponEvent(id: $id) {
    id
    title
    description
    status
    startsAt
    endsAt
    totalCount
    issuedCount
    remainingCount
    soldOut
    soldOutAt
    maxPerUser
    validDays
    version
    discount {
      type
      value
    }
    minPurchaseAmount {
      amount
      currencyCode
    }
  }
}
    `) as unknown as TypedDocumentString<CouponEventPageQuery, CouponEventPageQueryVariables>;
export const CouponEventsDocument = new TypedDocumentString(`
    query CouponEvents($status: CouponEventStatus, $first: Int = 20, $after: String) {
  couponEvents(status: $status, first: $first, after: $after) {
    nodes {
      id
      title
      status
      startsAt
      endsAt
      remainingCount
      soldOut
      discount {
        type
        value
      }
      minPurchaseAmount {
        amount
        currencyCode
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<CouponEventsQuery, CouponEventsQueryVariables>;
export const CouponIssuedDocument = new TypedDocumentString(`
    subscription CouponIssued {
  couponIssued {
    issuedAt
    coupon {
      id
      code
      status
      owner {
        id
        name
      }
      event {
        id
        title
      }
    }
  }
}
    `) as unknown as TypedDocumentString<CouponIssuedSubscription, CouponIssuedSubscriptionVariables>;
export const CouponSoldOutDocument = new TypedDocumentString(`
    subscription CouponSoldOut($couponEventId: ID) {
  couponSoldOut(couponEventId: $couponEventId) {
    soldOutAt
    couponEvent {
      id
      title
      remainingCount
      soldOut
    }
  }
}
    `) as unknown as TypedDocumentString<CouponSoldOutSubscription, CouponSoldOutSubscriptionVariables>;
export const CreateCategoryDocument = new TypedDocumentString(`
    mutation CreateCategory($input: CreateCategoryInput!) {
  createCategory(input: $input) {
    category {
      id
      name
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<CreateCategoryMutation, CreateCategoryMutationVariables>;
export const CreateCouponEventDocument = new TypedDocumentString(`
    mutation CreateCouponEvent($input: CreateCouponEventInput!) {
  createCouponEvent(input: $input) {
    couponEvent {
      id
      title
      status
      version
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<CreateCouponEventMutation, CreateCouponEventMutationVariables>;
export const CreateProductDocument = new TypedDocumentString(`
    mutation CreateProduct($input: CreateProductInput!) {
  createProduct(input: $input) {
    product {
      id
      name
      status
      price {
        amount
        currencyCode
      }
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<CreateProductMutation, CreateProductMutationVariables>;
export const IssueCouponDocument = new TypedDocumentString(`
    mutation IssueCoupon($input: IssueCouponInput!) {
  issueCoupon(input: $input) {
    coupon {
      id
      code
      status
      expiresAt
    }
    couponEvent {
      id
      remainingCount
      soldOut
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<IssueCouponMutation, IssueCouponMutationVariables>;
export const MyCouponsDocument = new TypedDocumentString(`
    query MyCoupons($status: CouponStatus, $first: Int = 20, $after: String) {
  me {
    id
    coupons(status: $status, first: $first, after: $after) {
      nodes {
        id
        code
        status
        expiresAt
        usedAt
        event {
          id
          title
          discount {
            type
            value
          }
          minPurchaseAmount {
            amount
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MyCouponsQuery, MyCouponsQueryVariables>;
export const MyOrdersDocument = new TypedDocumentString(`
    query MyOrders($first: Int = 20, $after: String) {
  me {
    id
    orders(first: $first, after: $after) {
      nodes {
        id
        status
        createdAt
        total {
          amount
          currencyCode
        }
        lines {
          quantity
          productName
          product {
            id
            name
            status
          }
        }
        coupon {
          id
          status
          event {
            id
            title
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MyOrdersQuery, MyOrdersQueryVariables>;
export const OrderAuditDocument = new TypedDocumentString(`
    query OrderAudit($id: ID!) {
  order(id: $id) {
    id
    status
    reason
    user {
      id
      email
      name
    }
    total {
      amount
      currencyCode
    }
    payment {
      id
      method
      status
      amount {
        amount
        currencyCode
      }
    }
    sagaSteps {
      name
      outcome
      at
    }
  }
}
    `) as unknown as TypedDocumentString<OrderAuditQuery, OrderAuditQueryVariables>;
export const OrderPageDocument = new TypedDocumentString(`
    query OrderPage($id: ID!) {
  order(id: $id) {
    id
    status
    reason
    createdAt
    completedAt
    subtotal {
      amount
      currencyCode
    }
    discount {
      amount
      currencyCode
    }
    total {
      amount
      currencyCode
    }
    lines {
      quantity
      productName
      unitPrice {
        amount
      }
      lineTotal {
        amount
      }
      product {
        id
        name
        status
      }
    }
    coupon {
      id
      code
      status
      event {
        id
        title
      }
    }
    payment {
      id
      method
      status
      redirectUrl
      amount {
        amount
        currencyCode
      }
    }
  }
}
    `) as unknown as TypedDocumentString<OrderPageQuery, OrderPageQueryVariables>;
export const OrderStatusChangedDocument = new TypedDocumentString(`
    subscription OrderStatusChanged($orderId: ID!) {
  orderStatusChanged(orderId: $orderId) {
    id
    status
    reason
    total {
      amount
      currencyCode
    }
    user {
      id
    }
  }
}
    `) as unknown as TypedDocumentString<OrderStatusChangedSubscription, OrderStatusChangedSubscriptionVariables>;
export const PlaceOrderDocument = new TypedDocumentString(`
    mutation PlaceOrder($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    order {
      id
      status
      reason
      subtotal {
        amount
        currencyCode
      }
      discount {
        amount
        currencyCode
      }
      total {
        amount
        currencyCode
      }
      payment {
        id
        method
        status
        redirectUrl
        amount {
          amount
          currencyCode
        }
      }
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<PlaceOrderMutation, PlaceOrderMutationVariables>;
export const PointHistoryDocument = new TypedDocumentString(`
    query PointHistory($first: Int = 20, $after: String) {
  me {
    id
    points
    pointHistory(first: $first, after: $after) {
      nodes {
        id
        kind
        amount
        balanceAfter
        orderId
        occurredAt
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PointHistoryQuery, PointHistoryQueryVariables>;
export const ProductPageDocument = new TypedDocumentString(`
    query ProductPage($id: ID!) {
  product(id: $id) {
    id
    name
    description
    status
    price {
      amount
      currencyCode
    }
    stock {
      available
    }
    category {
      id
      name
    }
  }
}
    `) as unknown as TypedDocumentString<ProductPageQuery, ProductPageQueryVariables>;
export const ProductStockDocument = new TypedDocumentString(`
    query ProductStock($id: ID!) {
  product(id: $id) {
    id
    stock {
      available
      onHand
      held
    }
  }
}
    `) as unknown as TypedDocumentString<ProductStockQuery, ProductStockQueryVariables>;
export const ProductsPageDocument = new TypedDocumentString(`
    query ProductsPage($first: Int = 20, $after: String, $sort: ProductSort = NEWEST, $filter: ProductFilter) {
  products(first: $first, after: $after, sort: $sort, filter: $filter) {
    nodes {
      id
      name
      status
      price {
        amount
        currencyCode
      }
      stock {
        available
      }
      category {
        id
        name
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ProductsPageQuery, ProductsPageQueryVariables>;
export const RefreshSessionDocument = new TypedDocumentString(`
    mutation RefreshSession($input: RefreshSessionInput!) {
  refreshSession(input: $input) {
    session {
      accessToken
      refreshToken
      expiresAt
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<RefreshSessionMutation, RefreshSessionMutationVariables>;
export const SignInDocument = new TypedDocumentString(`
    mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    session {
      accessToken
      refreshToken
      expiresAt
      user {
        id
        email
        name
        role
      }
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<SignInMutation, SignInMutationVariables>;
export const SignOutDocument = new TypedDocumentString(`
    mutation SignOut {
  signOut {
    signedOut
  }
}
    `) as unknown as TypedDocumentString<SignOutMutation, SignOutMutationVariables>;
export const SignUpDocument = new TypedDocumentString(`
    mutation SignUp($input: SignUpInput!) {
  signUp(input: $input) {
    session {
      accessToken
      refreshToken
      expiresAt
      user {
        id
        email
        name
        role
      }
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<SignUpMutation, SignUpMutationVariables>;
export const UpdateCouponEventDocument = new TypedDocumentString(`
    mutation UpdateCouponEvent($input: UpdateCouponEventInput!) {
  updateCouponEvent(input: $input) {
    couponEvent {
      id
      title
      description
      status
      totalCount
      issuedCount
      remainingCount
      endsAt
      version
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateCouponEventMutation, UpdateCouponEventMutationVariables>;
export const UpdateProductDocument = new TypedDocumentString(`
    mutation UpdateProduct($input: UpdateProductInput!) {
  updateProduct(input: $input) {
    product {
      id
      name
      description
      status
      price {
        amount
        currencyCode
      }
      category {
        id
        name
      }
    }
    userErrors {
      code
      message
      path
    }
  }
}
    `) as unknown as TypedDocumentString<UpdateProductMutation, UpdateProductMutationVariables>;
