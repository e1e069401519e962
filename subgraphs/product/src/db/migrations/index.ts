import type { MigrationObject } from '@mikro-orm/core';
import { CatalogueAndStock } from './0001-catalogue-and-stock.ts';

export const migrations: MigrationObject[] = [{ name: '0001-catalogue-and-stock', class: CatalogueAndStock }];
