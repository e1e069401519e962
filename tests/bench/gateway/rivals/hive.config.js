export const gatewayConfig = {
  // Everyone answers every request by itself here, so that what one request costs can be told.
  transportEntries: { '*.http': { options: { deduplicateInflightRequests: false } } },
};
