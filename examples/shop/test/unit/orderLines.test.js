'use strict';

const { buildOrderLines, orderTotal } = require('../../src/lib/orderLines');

const products = [
  { id: 1, name: 'Mug', priceCents: 1250, stock: 3 },
  { id: 2, name: 'Teapot', priceCents: 3900, stock: 1 },
];

describe('buildOrderLines', () => {
  it('copies name and price of each product', () => {
    expect(buildOrderLines([{ productId: 1, quantity: 2 }], products)).toEqual([
      { productId: 1, productName: 'Mug', unitPriceCents: 1250, quantity: 2 },
    ]);
  });

  it('allows taking the last piece', () => {
    expect(buildOrderLines([{ productId: 2, quantity: 1 }], products)).toHaveLength(1);
  });

  it('names every product that does not exist', () => {
    const items = [
      { productId: 7, quantity: 1 },
      { productId: 1, quantity: 1 },
      { productId: 9, quantity: 1 },
    ];

    expect(() => buildOrderLines(items, products)).toThrow(
      expect.objectContaining({ status: 422, code: 'unknown_product', details: { productIds: [7, 9] } }),
    );
  });

  it('names every product that is short of stock', () => {
    const items = [
      { productId: 1, quantity: 3 },
      { productId: 2, quantity: 2 },
    ];

    expect(() => buildOrderLines(items, products)).toThrow(
      expect.objectContaining({ status: 409, code: 'out_of_stock', details: { productIds: [2] } }),
    );
  });
});

describe('orderTotal', () => {
  it('adds up price times quantity', () => {
    const lines = [
      { unitPriceCents: 1250, quantity: 2 },
      { unitPriceCents: 3900, quantity: 1 },
    ];

    expect(orderTotal(lines)).toBe(6400);
  });

  it('is zero without lines', () => {
    expect(orderTotal([])).toBe(0);
  });
});
