/**
 * What tools keep between runs to be faster, and what a run is asked to write: neither is residue. Paths are relative to the
 * project or absolute in a temporary directory.
 */
const CACHES = [
  /(^|\/)node_modules\/\.(cache|vite|vitest)\//,
  /(^|\/)(coverage|\.nyc_output|\.turbo|\.swc)\//,
  /(^|\/)(__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache)\//,
  /(^|\/)\.coverage$/,
  /(^|\/)(jest_[^/]+|jest-[^/]+|haste-map-[^/]+|ts-jest|v8-compile-cache[^/]*|node-compile-cache)(\/|$)/,
  // What Vitest turned into JavaScript, in a folder with a made-up name; it removes that itself unless it is interrupted.
  /(^|\/)[\w-]{21}\/(ssr|web|client|\w*vitest\w*)\/[0-9a-f]{40}$/,
  /(^|\/)\.(npm|cache|yarn|pnpm-store)(\/|$)/,
  /(^|\/)go-build[^/]*(\/|$)/,
]

export function isCache(path: string): boolean {
  return CACHES.some((pattern) => pattern.test(path))
}

/** Workers that a database server starts and ends by itself; they come with connections, our own among them. */
export function isServiceBackend(argv: string[]): boolean {
  return /^(postgres: |redis-rdb-bgsave|redis-aof-rewrite)/.test(argv.join(' '))
}
