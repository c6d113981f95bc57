/** `.env`-like names that are meant to be shared. */
const SHARED_ENV = /^\.env\.(example|sample|template|dist|defaults?|test|testing|ci)$|\.(example|sample|template)$/i

const SECRET = [
  /^\.env(\..+)?$/i,
  /^.+\.env$/i,
  /^\.envrc$/i,
  /\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc)$/i,
  /^id_(rsa|dsa|ecdsa|ed25519)$/i,
  /^\.(npmrc|netrc|pypirc|pgpass|my\.cnf|git-credentials|htpasswd|dockercfg)$/i,
  /^(credentials|service[-_]?account.*|.*-credentials|secrets?)\.(json|ya?ml|toml|ini)$/i,
  /\.tfvars$/i,
]

/** Whether a file of this base name holds secrets by convention. `.env.example`, `.env.test` and the like do not. */
export function isSecretFile(name: string): boolean {
  return !SHARED_ENV.test(name) && SECRET.some((pattern) => pattern.test(name))
}

/** Whether a file of this base name is `NAME=value` lines. */
export function isEnvFile(name: string): boolean {
  return /^\.env(\..+)?$|^.+\.env$|^\.envrc$/i.test(name)
}
