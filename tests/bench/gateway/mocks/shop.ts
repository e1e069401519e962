const USERS = 6;
const PRODUCTS = 9;
const REVIEWS = 13;

const WORDS = 'a table that stands on any floor and bears what a week of letters lays upon it without a sound'.split(
  ' ',
);

interface Review {
  id: string;
  body: string;
  author: User;
  product: Product;
}

interface User {
  id: string;
  name: string;
  username: string;
  birthday: number;
  reviews: Review[];
}

interface Product {
  upc: string;
  name: string;
  price: number;
  weight: number;
  inStock: boolean;
  shippingEstimate: number;
  reviews: Review[];
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const at = <T>(list: readonly T[], index: number) => list[index % list.length] as T;

/** A sentence, other ones for each number. */
const prose = (number: number) =>
  range(26)
    .map((word) => at(WORDS, number * 5 + word * (1 + (number % 3))))
    .join(' ');

export const users: readonly User[] = range(USERS).map((index) => ({
  id: `u${index + 1}`,
  name: `${at(['Ada', 'Grace', 'Edsger', 'Barbara', 'Donald', 'Tony'], index)} ${at(WORDS, index + 3)}`,
  username: `user-${index + 1}`,
  birthday: 1_900 + index * 7,
  reviews: [],
}));

export const products: readonly Product[] = range(PRODUCTS).map((index) => {
  const [price, weight] = [899 - index * 90, 100 + index * 35];
  return {
    upc: `p${index + 1}`,
    name: `${at(WORDS, index * 2 + 1)} ${index + 1}`,
    price,
    weight,
    inStock: index % 3 !== 0,
    shippingEstimate: shippingEstimate(price, weight),
    reviews: [],
  };
});

/** Most reviews are of the first products, and half of the users write them. */
export const reviews: readonly Review[] = range(REVIEWS).map((index) => {
  const review: Review = {
    id: `r${index + 1}`,
    body: prose(index),
    author: at(users, index % 3),
    product: at(products, index % 5),
  };
  review.author.reviews.push(review);
  review.product.reviews.push(review);
  return review;
});

/** Needs what another subgraph knows, so that a gateway that does not bring it gives a wrong answer. */
export function shippingEstimate(price: number, weight: number): number {
  return price > 1_000 ? 0 : Math.round(weight * 0.5 + price / 100);
}
