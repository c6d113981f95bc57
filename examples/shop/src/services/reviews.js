'use strict';

const HttpError = require('../lib/HttpError');
const { isForeignKeyViolation, isUniqueViolation } = require('../lib/pgErrors');
const reviews = require('../repositories/reviews');
const { getProduct } = require('./products');

async function listReviews(productId, paging) {
  await getProduct(productId);
  return reviews.listByProduct(productId, paging);
}

async function addReview(authorId, productId, { rating, comment }) {
  try {
    return await reviews.insert({ productId, authorId, rating, comment });
  } catch (error) {
    if (isForeignKeyViolation(error)) {
      throw HttpError.notFound('Product');
    }
    if (isUniqueViolation(error)) {
      throw HttpError.conflict('already_reviewed', 'You have already reviewed this product');
    }
    throw error;
  }
}

async function deleteReview(userId, id) {
  const review = await reviews.findById(id);
  if (!review) {
    throw HttpError.notFound('Review');
  }
  if (review.authorId !== userId) {
    throw HttpError.forbidden('Only the author may delete this review');
  }
  await reviews.remove(id);
}

module.exports = { listReviews, addReview, deleteReview };
