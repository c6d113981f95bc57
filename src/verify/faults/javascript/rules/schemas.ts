import type { SgNode } from '@ast-grep/napi'
import {
  argumentsOf,
  calleeName,
  chainOf,
  end,
  find,
  linksOf,
  named,
  receiver,
  replace,
  type Site,
  type Source,
  say,
  subjectOf,
  withAwait,
} from '../source.ts'

const STEPS =
  /^(required|min|max|length|email|pattern|regex|matches|integer|int|positive|nonnegative|valid|oneOf|unique|uuid|guid|url|uri|isEmail|isLength|isInt|notEmpty|isUUID|nonempty|alphanum|isIn|exists)$/
const LIBRARIES = /['"](@hapi\/joi|joi|yup|zod|express-validator|celebrate|superstruct|valibot)['"]/

/** Single constraints of schemas, and whole validations that check nothing. */
export function findSchemas({ root, text }: Source): Site[] {
  const constraints = LIBRARIES.test(text) ? find(root, 'call_expression').flatMap(constraint) : []
  return [...constraints, ...find(root, 'call_expression').flatMap(validation)]
}

function constraint(call: SgNode): Site[] {
  const on = receiver(call)
  const name = calleeName(call)
  if (!on || !STEPS.test(name) || (on.kind() === 'identifier' && !/^[a-z]/.test(on.text()))) return []
  if (
    /^(Joi|joi|z|yup|Math|body|query|param|check|_)$/.test(on.text()) &&
    !/^(body|query|param|check)$/.test(on.text())
  )
    return []
  if (name === 'required' && isPathParameter(call)) return []
  const names = linksOf(chainOf(call)).map(calleeName)
  // With a default nothing is ever missing.
  if (/^(required|notEmpty|exists)$/.test(name) && names.includes('default')) return []
  const subject = subjectOf(call)
  return [
    {
      kind: 'validation',
      node: call,
      what: `${name}(${say(
        argumentsOf(call)
          .map((one) => one.text())
          .join(', '),
        30,
      )}) is no longer demanded of ${subject}`,
      edits: [{ start: end(on), end: end(call), text: '' }],
    },
  ]
}

/** Without it the route would not have matched. */
const isPathParameter = (call: SgNode): boolean =>
  call
    .ancestors()
    .some(
      (one) =>
        /^(variable_declarator|pair)$/.test(one.kind() as string) &&
        /params/i.test((one.field('name') ?? one.field('key'))?.text() ?? ''),
    )

/** `schema.validate(x)`, `schema.parse(x)`: the value goes through as it came. */
function validation(call: SgNode): Site[] {
  const name = calleeName(call)
  const on = receiver(call)
  const [value] = argumentsOf(call)
  if (!on || !value || /^(JSON|Date|path|url|qs|querystring|dotenv)$/.test(on.text())) return []
  const site = (text: string, node: SgNode = call): Site[] => [
    { kind: 'validation', node: call, what: `nothing is validated by ${say(call, 50)}`, edits: [replace(node, text)] },
  ]
  const isSchema = /schema|joi|yup|validator|^z\b|dto|rules/i.test(on.text())
  if (/^(parse|parseAsync)$/.test(name) && isSchema) return site(value.text())
  if (/^(safeParse|safeParseAsync)$/.test(name)) return site(`({ success: true, data: ${value.text()} })`)
  if (!/^(validate|validateAsync|validateSync)$/.test(name) || !isSchema) return []
  const outer = withAwait(call)
  const pattern = outer.parent()?.kind() === 'variable_declarator' ? outer.parent()?.field('name') : null
  if (pattern?.kind() === 'object_pattern')
    return named(pattern).some((one) => /^error/.test(one.text())) ? site(`({ value: ${value.text()} })`) : []
  return outer.kind() === 'await_expression' ? site(value.text(), outer) : site(`Promise.resolve(${value.text()})`)
}
