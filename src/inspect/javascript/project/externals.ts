import type { ExternalService } from '../../../contracts/project.ts'
import { alternatives, literal, origin, textOf, type Value } from '../evaluate/values.ts'
import type { Evaluated } from '../routes.ts'
import { variablesIn } from './evidence.ts'
import { isTest, type SourceTree } from './sources.ts'

const SDKS: [RegExp, ExternalService['kind']][] = [
  [/^(stripe|paypal-rest-sdk|@paypal\/.*|braintree|square|razorpay|@adyen\/.*)$/, 'sdk'],
  [/^(@sendgrid\/mail|@sendgrid\/client|mailgun\.js|mailgun-js|postmark|@mailchimp\/.*|resend|node-mailjet)$/, 'sdk'],
  [/^(nodemailer|emailjs)$/, 'smtp'],
  [/^(@aws-sdk\/client-s3|@google-cloud\/storage|@azure\/storage-blob|minio|cloudinary|multer-s3)$/, 'storage'],
  [/^(aws-sdk|@aws-sdk\/.*)$/, 'sdk'],
  [
    /^(twilio|@slack\/.*|node-telegram-bot-api|discord\.js|web-push|@vonage\/.*|messagebird|pusher|firebase-admin)$/,
    'sdk',
  ],
  [
    /^(auth0|express-oauth2-jwt-bearer|express-openid-connect|jwks-rsa|@okta\/.*|openid-client|passport-(google|facebook|github|twitter|auth0).*|@clerk\/.*)$/,
    'identity',
  ],
  [
    /^(openai|@anthropic-ai\/sdk|algoliasearch|@elastic\/elasticsearch|contentful|@sentry\/node|mixpanel|ngrok|@octokit\/.*)$/,
    'sdk',
  ],
]
const CLIENTS =
  /^(axios|got|node-fetch|cross-fetch|isomorphic-fetch|request|request-promise|request-promise-native|superagent|undici|needle|ky|#fetch|phin|bent|http|https)$/

/** Third parties that the project's own sources import or call. */
export function findExternals(tree: SourceTree, evaluated: Evaluated): ExternalService[] {
  const found = new Map<string, ExternalService>()
  for (const [path, text] of tree.sources) {
    if (isTest(path) || /(^|\/)(migrations|seeds|scripts)\//.test(path)) continue
    for (const match of text.matchAll(
      /(?:from|require\(|import\()\s*['"]([^'".][^'"]*)['"]|^import\s+['"]([^'".][^'"]*)['"]/gm,
    )) {
      const name = match[1] ?? match[2] ?? ''
      const kind = SDKS.find(([pattern]) => pattern.test(name))?.[1]
      if (!kind || found.has(name)) continue
      const source = `${path}:${text.slice(0, match.index).split('\n').length}`
      found.set(name, { name, source, kind, variables: variablesOf(evaluated, name) })
    }
  }
  for (const call of evaluated.interp.calls) {
    const from = call.base && origin(call.base)
    if (!from || !CLIENTS.test(from.module) || isTest(call.file)) continue
    for (const { host, variables } of hostsOf(call.args[0])) {
      if (found.has(host)) continue
      found.set(host, { name: host, source: `${call.file}:${call.line}`, kind: 'http', variables })
    }
  }
  return [...found.values()]
}

/** Variables that went into calls of a package. */
function variablesOf(evaluated: Evaluated, name: string): string[] {
  const names = new Set<string>()
  for (const call of evaluated.interp.calls) {
    if (!call.base || origin(call.base)?.module !== name) continue
    for (const arg of call.args) for (const variable of variablesIn(arg)) names.add(variable.name)
  }
  return [...names].sort()
}

/** Where a request goes: the host that is written down, or the variable that holds it. */
function hostsOf(target: Value | undefined): { host: string; variables: string[] }[] {
  if (!target) return []
  return alternatives(target).flatMap((one) => {
    if (one.k === 'obj') {
      const field = one.props.get('url') ?? one.props.get('uri') ?? one.props.get('baseURL')
      return field ? hostsOf(field) : []
    }
    const variables = [...new Set(variablesIn(one).map(({ name }) => name))]
    const start = one.k === 'text' ? (one.parts[0] ?? one) : one
    const text = textOf(start) ?? (literal(start) ? String(literal(start)?.v) : '')
    const host = /^(?:https?|wss?):\/\/[^/'"?#\s]+/.exec(text)?.[0]
    if (host) return [{ host, variables }]
    return variables[0] && (start.k === 'env' || text === '') ? [{ host: variables[0], variables }] : []
  })
}
