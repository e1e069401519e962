import { en, Faker } from '@faker-js/faker';

const CATEGORIES = ['Kitchen', 'Garden', 'Books', 'Toys', 'Clothing', 'Electronics', 'Sports', 'Office'];
const PRODUCTS = 500;
const SEED = 20_260_211;

export interface DemoProduct {
  name: string;
  description: string;
  category: string;
  price: number;
  stock: number;
}

/** The same catalogue on every machine: names and prices come from a fixed seed. */
export function demoCatalogue(): { categories: string[]; products: DemoProduct[]; personName: () => string } {
  const faker = new Faker({ locale: en });
  faker.seed(SEED);
  const taken = new Set<string>();

  function productName(): string {
    for (;;) {
      const name = `${faker.commerce.productAdjective()} ${faker.commerce.productMaterial()} ${faker.commerce.product()}`;
      if (!taken.has(name)) {
        taken.add(name);
        return name;
      }
    }
  }

  const products = Array.from({ length: PRODUCTS }, (_, index) => ({
    name: productName(),
    description: faker.commerce.productDescription(),
    category: CATEGORIES[index % CATEGORIES.length] as string,
    price: faker.number.int({ min: 10, max: 1_500 }) * 100,
    // A few are nearly gone and one in fifty is, so that every state can be seen.
    stock: index % 50 === 49 ? 0 : faker.number.int({ min: 5, max: 500 }),
  }));
  return { categories: CATEGORIES, products, personName: () => faker.person.fullName() };
}
