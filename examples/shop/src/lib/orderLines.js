'use strict';

const HttpError = require('./HttpError');

function assertAllKnown(items, productsById) {
  const unknown = items.map((item) => item.productId).filter((id) => !productsById.has(id));
  if (unknown.length > 0) {
    throw new HttpError(422, 'unknown_product', 'Some products do not exist', { productIds: unknown });
  }
}

function assertAllInStock(items, productsById) {
  const short = items
    .filter((item) => item.quantity > productsById.get(item.productId).stock)
    .map((item) => item.productId);
  if (short.length > 0) {
    throw HttpError.conflict('out_of_stock', 'Not enough stock for some products', { productIds: short });
  }
}

// Joins the requested items with the products they name; throws when the order cannot be filled.
function buildOrderLines(items, products) {
  const productsById = new Map(products.map((product) => [product.id, product]));
  assertAllKnown(items, productsById);
  assertAllInStock(items, productsById);
  return items.map(({ productId, quantity }) => {
    const { name, priceCents } = productsById.get(productId);
    return { productId, productName: name, unitPriceCents: priceCents, quantity };
  });
}

function orderTotal(lines) {
  return lines.reduce((total, line) => total + line.unitPriceCents * line.quantity, 0);
}

module.exports = { buildOrderLines, orderTotal };
