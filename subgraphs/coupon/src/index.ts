export { startCoupon } from './app.ts';
export type { CouponConfig } from './config.ts';
export { couponSchema } from './graphql/schema.ts';
