'use strict';

const { Router } = require('express');
const HttpError = require('../lib/HttpError');
const asyncHandler = require('../lib/asyncHandler');
const requireAuth = require('../middleware/requireAuth');
const validate = require('../middleware/validate');
const orders = require('../repositories/orders');
const { orderBody, orderParams, orderQuery } = require('../schemas/orders');
const { cancelOrder, payOrder, placeOrder } = require('../services/orders');

const router = Router();

router.use(requireAuth);

router.get(
  '/',
  validate({ query: orderQuery }),
  asyncHandler(async (req, res) => {
    res.json(await orders.listByUser(req.user.id, req.query));
  }),
);

router.post(
  '/',
  validate({ body: orderBody }),
  asyncHandler(async (req, res) => {
    const order = await placeOrder(req.user.id, req.body.items);
    res.status(201).location(`${req.baseUrl}/${order.id}`).json(order);
  }),
);

router.get(
  '/:id',
  validate({ params: orderParams }),
  asyncHandler(async (req, res) => {
    const order = await orders.findOwn(req.user.id, req.params.id);
    if (!order) {
      throw HttpError.notFound('Order');
    }
    res.json(order);
  }),
);

router.post(
  '/:id/pay',
  validate({ params: orderParams }),
  asyncHandler(async (req, res) => {
    res.json(await payOrder(req.user.id, req.params.id));
  }),
);

router.post(
  '/:id/cancel',
  validate({ params: orderParams }),
  asyncHandler(async (req, res) => {
    res.json(await cancelOrder(req.user.id, req.params.id));
  }),
);

module.exports = router;
