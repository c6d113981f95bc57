import { expect, test } from 'vitest'
import { findProbableCause } from '../../src/environment/app/probable-cause.ts'

test.each([
  ['SQLite package has not been found installed. Try to install it: npm install sqlite3 --save', 'npm install sqlite3'],
  ['Error: Please install pg package manually', 'npm install pg'],
  ['Knex: run\n$ npm install mysql2 --save\nError', 'npm install mysql2'],
  ['Error: The server does not support SSL connections\n    at Socket', 'ssl'],
])('%s', (output, next) => {
  expect(findProbableCause(output)?.next).toContain(next)
})
