export { startEnvironment } from './start-environment.ts'
