import { parseValue, type ValueNode, valueFromASTUntyped } from 'graphql';

/** Maps an event's data to the value of a subscription's field. */
export type EventValue = (data: Record<string, unknown>) => unknown;

/** Reads a GraphQL literal whose variables are fields of the event, such as `{ thing: { id: $thingId }, at: $at }`. */
export function parseEventValue(text: string): EventValue {
  const literal: ValueNode = parseValue(text);
  return (data) => valueFromASTUntyped(literal, data);
}
