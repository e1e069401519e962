import { searchTermsOf } from './search-terms.ts';

/** What a product is to whoever reads it; how many there are is a matter of its stock. */
export interface ProductInfo {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  /** In won. */
  readonly price: number;
  readonly categoryId: string | null;
  readonly discontinued: boolean;
  readonly createdAt: Date;
}

/** Absent stays as it is. */
export type ProductChanges = Partial<Omit<ProductInfo, 'id' | 'createdAt'>>;

/** Something the shop sells. Never deleted: orders go on naming it after it is discontinued. */
export class Product implements ProductInfo {
  readonly id: string;
  name: string;
  description: string | null;
  price: number;
  categoryId: string | null;
  discontinued = false;
  readonly createdAt: Date;
  /** What a search finds it by. */
  searchTerms: string;

  constructor(parts: Omit<ProductInfo, 'discontinued'>) {
    this.id = parts.id;
    this.name = parts.name;
    this.description = parts.description;
    this.price = parts.price;
    this.categoryId = parts.categoryId;
    this.createdAt = parts.createdAt;
    this.searchTerms = searchTermsOf(parts.name, parts.description);
  }

  edit(changes: ProductChanges): void {
    Object.assign(this, changes);
    if ('name' in changes || 'description' in changes) this.searchTerms = searchTermsOf(this.name, this.description);
  }
}
