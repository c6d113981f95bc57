export { findProbableCause } from './app/probable-cause.ts'
export { startEnvironment } from './start-environment.ts'
