import { OrderOutcome } from '@shop/contracts';
import { type CommandHandler, handleCommand } from '@shop/messaging';
import type { SagaContext } from '../context.ts';
import { answerOutcome } from '../use-cases/answer-outcome.ts';

export function answerOrderOutcome(contextOf: () => SagaContext): CommandHandler {
  return handleCommand(OrderOutcome, ({ orderId }) => answerOutcome(contextOf(), orderId));
}
