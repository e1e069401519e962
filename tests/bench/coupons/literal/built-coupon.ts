interface Modules {
  config: typeof import('../../../../subgraphs/coupon/src/config.ts');
  context: typeof import('../../../../subgraphs/coupon/src/context.ts');
  'graphql/schema': typeof import('../../../../subgraphs/coupon/src/graphql/schema.ts');
  'db/open-coupon-database': typeof import('../../../../subgraphs/coupon/src/db/open-coupon-database.ts');
  'issuing/database-clock': typeof import('../../../../subgraphs/coupon/src/issuing/database-clock.ts');
  'domain/coupon': typeof import('../../../../subgraphs/coupon/src/domain/coupon.ts');
  'domain/coupon-code': typeof import('../../../../subgraphs/coupon/src/domain/coupon-code.ts');
  'domain/issue.errors': typeof import('../../../../subgraphs/coupon/src/domain/issue.errors.ts');
  'domain/window': typeof import('../../../../subgraphs/coupon/src/domain/window.ts');
}

/** A module of the built coupon subgraph: its source has decorators, which Node does not run. */
export function couponModule<Name extends keyof Modules>(name: Name): Promise<Modules[Name]> {
  return import(new URL(`../../../../subgraphs/coupon/dist/${name}.js`, import.meta.url).href);
}
