'use strict';

const HttpError = require('../lib/HttpError');
const { isForeignKeyViolation, isUniqueViolation } = require('../lib/pgErrors');
const products = require('../repositories/products');

function rejectTakenSku(error) {
  if (isUniqueViolation(error)) {
    throw HttpError.conflict('sku_taken', 'Another product already uses this sku');
  }
  throw error;
}

async function getProduct(id) {
  const product = await products.findById(id);
  if (!product) {
    throw HttpError.notFound('Product');
  }
  return product;
}

async function assertSeller(userId, productId) {
  const product = await getProduct(productId);
  if (product.sellerId !== userId) {
    throw HttpError.forbidden('Only the seller may change this product');
  }
}

function createProduct(sellerId, fields) {
  return products.insert(sellerId, fields).catch(rejectTakenSku);
}

async function updateProduct(userId, id, fields) {
  await assertSeller(userId, id);
  const product = await products.update(id, fields).catch(rejectTakenSku);
  if (!product) {
    throw HttpError.notFound('Product');
  }
  return product;
}

async function deleteProduct(userId, id) {
  await assertSeller(userId, id);
  try {
    await products.remove(id);
  } catch (error) {
    if (isForeignKeyViolation(error)) {
      throw HttpError.conflict('product_ordered', 'A product that was ordered cannot be deleted');
    }
    throw error;
  }
}

module.exports = { getProduct, createProduct, updateProduct, deleteProduct };
