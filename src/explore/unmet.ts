/** What programs print when something they talk to is not there, or wants to be talked to otherwise. */
const SIGNS = [
  /\b(?:ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|ETIMEDOUT)\b/,
  /self[- ]signed certificate|unable to (?:verify the first|get (?:local )?issuer) certificate|certificate has expired/i,
  /does not support (?:SSL|TLS)|(?:SSL|TLS) (?:is required|connection (?:is )?required)|no encryption\b/i,
]

/**
 * The line of what an application said that shows a failure to be the environment's: a host nobody can reach from here, a
 * service that is not there, encryption that the stand-in does not have. `null` where nothing of the kind is said.
 */
export function unmetCondition(text: string): string | null {
  const lines = text.split('\n').filter((line) => SIGNS.some((sign) => sign.test(line)))
  // A stack's first line says more than the fields of the error printed below it.
  const line = lines.find((candidate) => !/^\s*(at |code|errno|syscall|name)\b/.test(candidate)) ?? lines[0]
  return line === undefined ? null : line.trim().replace(/\s+/g, ' ').slice(0, 160)
}
