export { cacheDir } from './directories.ts'
