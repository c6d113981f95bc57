'use strict';

const { Router } = require('express');
const requireAuth = require('../middleware/requireAuth');
const auth = require('./auth');
const me = require('./me');
const orders = require('./orders');
const products = require('./products');
const reviews = require('./reviews');

const router = Router();

router.use('/auth', auth);
router.use('/me', requireAuth, me);
router.use('/products', products);
router.use('/reviews', reviews);
router.use('/orders', orders);

module.exports = router;
