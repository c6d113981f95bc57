'use strict';

const { productBody, productQuery } = require('../../src/schemas/products');

const mug = { sku: 'MUG-1', name: 'Mug', category: 'kitchen', priceCents: 1250, stock: 3 };

describe('productBody', () => {
  it('accepts a product and fills in an empty description', () => {
    expect(productBody.validate(mug)).toEqual({ value: { ...mug, description: '' } });
  });

  it('trims the name and lower-cases the category', () => {
    const { value } = productBody.validate({ ...mug, name: ' Mug ', category: 'Kitchen' });

    expect(value).toMatchObject({ name: 'Mug', category: 'kitchen' });
  });

  it.each([
    ['a missing sku', { sku: undefined }],
    ['a lower-case sku', { sku: 'mug-1' }],
    ['a blank name', { name: '   ' }],
    ['a NUL character', { name: 'Mug\u0000' }],
    ['a price of zero', { priceCents: 0 }],
    ['a price given as text', { priceCents: '1250' }],
    ['a fractional price', { priceCents: 12.5 }],
    ['a negative stock', { stock: -1 }],
    ['an unknown field', { colour: 'blue' }],
  ])('refuses %s', (_, change) => {
    expect(productBody.validate({ ...mug, ...change }).error).toBeDefined();
  });
});

describe('productQuery', () => {
  it('defaults to the first page of 20', () => {
    expect(productQuery.validate({}).value).toEqual({ page: 1, pageSize: 20 });
  });

  it('reads numbers from the query string', () => {
    const { value } = productQuery.validate({ minPrice: '100', maxPrice: '100', page: '2' });

    expect(value).toEqual({ minPrice: 100, maxPrice: 100, page: 2, pageSize: 20 });
  });

  it.each([{ pageSize: '101' }, { page: '0' }, { minPrice: 'cheap' }, { minPrice: '200', maxPrice: '100' }])(
    'refuses %j',
    (query) => {
      expect(productQuery.validate(query).error).toBeDefined();
    },
  );
});
