import { defineSignal } from '@shop/messaging';
import { z } from 'zod';
import { id } from './fields.ts';

/** A product was edited: caches drop it. */
export const ProductChanged = defineSignal({ type: 'product.changed', data: z.object({ productId: id }) });
