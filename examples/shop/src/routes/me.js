'use strict';

const { Router } = require('express');
const asyncHandler = require('../lib/asyncHandler');
const validate = require('../middleware/validate');
const users = require('../repositories/users');
const { profileBody } = require('../schemas/users');

// Mounted behind requireAuth.
const router = Router();

router.get('/', (req, res) => {
  res.json(req.user);
});

router.patch(
  '/',
  validate({ body: profileBody }),
  asyncHandler(async (req, res) => {
    res.json(await users.update(req.user.id, req.body));
  }),
);

module.exports = router;
