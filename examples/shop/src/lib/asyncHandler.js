'use strict';

// Express 4 does not wait for promises: hand rejections to the error handler.
function asyncHandler(handler) {
  return (req, res, next) => {
    handler(req, res, next).catch(next);
  };
}

module.exports = asyncHandler;
