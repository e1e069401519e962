export { createDataPlatform, type Received } from './data-platform.ts';
export { createPaymentProvider, type PaymentProviderOptions } from './payment-provider.ts';
