'use strict';

const { Router } = require('express');
const asyncHandler = require('../lib/asyncHandler');
const requireAuth = require('../middleware/requireAuth');
const validate = require('../middleware/validate');
const { idParams } = require('../schemas/common');
const { deleteReview } = require('../services/reviews');

const router = Router();

router.delete(
  '/:id',
  requireAuth,
  validate({ params: idParams }),
  asyncHandler(async (req, res) => {
    await deleteReview(req.user.id, req.params.id);
    res.status(204).end();
  }),
);

module.exports = router;
