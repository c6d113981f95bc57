export { type EnvironmentOptions, startEnvironment } from './start-environment.ts'
