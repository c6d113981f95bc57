'use strict';

const { Router } = require('express');
const asyncHandler = require('../lib/asyncHandler');
const requireAuth = require('../middleware/requireAuth');
const validate = require('../middleware/validate');
const products = require('../repositories/products');
const { idParams } = require('../schemas/common');
const { productBody, productQuery } = require('../schemas/products');
const { createProduct, deleteProduct, getProduct, updateProduct } = require('../services/products');
const productReviews = require('./productReviews');

const router = Router();

router.use('/:id/reviews', productReviews);

router.get(
  '/',
  validate({ query: productQuery }),
  asyncHandler(async (req, res) => {
    res.json(await products.list(req.query));
  }),
);

router.post(
  '/',
  requireAuth,
  validate({ body: productBody }),
  asyncHandler(async (req, res) => {
    const product = await createProduct(req.user.id, req.body);
    res.status(201).location(`${req.baseUrl}/${product.id}`).json(product);
  }),
);

router.get(
  '/:id',
  validate({ params: idParams }),
  asyncHandler(async (req, res) => {
    res.json(await getProduct(req.params.id));
  }),
);

router.put(
  '/:id',
  requireAuth,
  validate({ params: idParams, body: productBody }),
  asyncHandler(async (req, res) => {
    res.json(await updateProduct(req.user.id, req.params.id, req.body));
  }),
);

router.delete(
  '/:id',
  requireAuth,
  validate({ params: idParams }),
  asyncHandler(async (req, res) => {
    await deleteProduct(req.user.id, req.params.id);
    res.status(204).end();
  }),
);

module.exports = router;
