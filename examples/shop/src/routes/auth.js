'use strict';

const { Router } = require('express');
const asyncHandler = require('../lib/asyncHandler');
const validate = require('../middleware/validate');
const { loginBody, registerBody } = require('../schemas/users');
const accounts = require('../services/accounts');

const router = Router();

router.post(
  '/register',
  validate({ body: registerBody }),
  asyncHandler(async (req, res) => {
    res.status(201).json(await accounts.register(req.body));
  }),
);

router.post(
  '/login',
  validate({ body: loginBody }),
  asyncHandler(async (req, res) => {
    res.json(await accounts.logIn(req.body));
  }),
);

module.exports = router;
