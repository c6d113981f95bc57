'use strict';

const { Router } = require('express');
const asyncHandler = require('../lib/asyncHandler');
const requireAuth = require('../middleware/requireAuth');
const validate = require('../middleware/validate');
const { idParams, pagingQuery } = require('../schemas/common');
const { reviewBody } = require('../schemas/reviews');
const { addReview, listReviews } = require('../services/reviews');

// Mounted under a product: :id is the product's.
const router = Router({ mergeParams: true });

router.get(
  '/',
  validate({ params: idParams, query: pagingQuery }),
  asyncHandler(async (req, res) => {
    res.json(await listReviews(req.params.id, req.query));
  }),
);

router.post(
  '/',
  requireAuth,
  validate({ params: idParams, body: reviewBody }),
  asyncHandler(async (req, res) => {
    res.status(201).json(await addReview(req.user.id, req.params.id, req.body));
  }),
);

module.exports = router;
