'use strict';

const { withTransaction } = require('../db');
const HttpError = require('../lib/HttpError');
const { buildOrderLines, orderTotal } = require('../lib/orderLines');
const orders = require('../repositories/orders');
const products = require('../repositories/products');

const TAKE = -1;
const PUT_BACK = 1;

async function lockPendingOrder(client, userId, orderId) {
  const order = await orders.lockOwn(client, userId, orderId);
  if (!order) {
    throw HttpError.notFound('Order');
  }
  if (order.status !== 'pending') {
    throw HttpError.conflict('order_not_pending', `The order is already ${order.status}`);
  }
  return order;
}

function placeOrder(userId, items) {
  return withTransaction(async (client) => {
    const locked = await products.lock(client, items.map((item) => item.productId));
    const lines = buildOrderLines(items, locked);
    await products.moveStock(client, lines, TAKE);
    const orderId = await orders.insert(client, userId, orderTotal(lines), lines);
    return orders.findOwn(userId, orderId, client);
  });
}

function payOrder(userId, orderId) {
  return withTransaction(async (client) => {
    await lockPendingOrder(client, userId, orderId);
    return orders.setStatus(client, orderId, 'paid');
  });
}

function cancelOrder(userId, orderId) {
  return withTransaction(async (client) => {
    const { items } = await lockPendingOrder(client, userId, orderId);
    await products.lock(client, items.map((item) => item.productId));
    await products.moveStock(client, items, PUT_BACK);
    return orders.setStatus(client, orderId, 'cancelled');
  });
}

module.exports = { placeOrder, payOrder, cancelOrder };
