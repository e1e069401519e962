export { type GatewayExtensions, type RunningGateway, startGateway } from './app.ts';
export { type GatewayConfig, gatewaySettings } from './config.ts';
