import type { JsonSchema } from '../contracts/json.ts'
import type { DataStore, Endpoint, ProjectMap } from '../contracts/project.ts'

/** The project map in lines: what a person checks and a model works from. */
export function describeMap(map: ProjectMap): string {
  const { boot, tests } = map
  return [
    `${map.name}: ${[...map.languages, ...map.frameworks].join(', ')}${map.typescript ? ', TypeScript' : ''}${map.moduleSystem ? `, ${map.moduleSystem}` : ''}`,
    `endpoints: ${map.endpoints.length}`,
    ...map.endpoints.map(describeEndpoint),
    ...map.auth.map((auth) => `auth: ${auth.kind} in ${auth.header} ${auth.prefixes.join('|')} (${auth.source})`),
    ...map.stores.map(describeStore),
    ...map.externals.map((external) => `external: ${external.name}, ${external.kind} (${external.source})`),
    ...map.queues.map((queue) => `queue: ${queue.name} on ${queue.system} (${queue.source})`),
    boot === null
      ? 'boot: unknown'
      : `boot: ${boot.command.join(' ')}${boot.app === null ? `; not importable: ${boot.whyNoApp ?? 'unknown'}` : `; app: ${boot.app.file} (${boot.app.export})`}`,
    `variables: ${map.variables.map(({ name, required }) => (required ? `${name}*` : name)).join(', ') || 'none'}`,
    `tests: ${tests.runner} ${tests.runnerVersion ?? '(not installed)'}, ${tests.files.length} test files, new ones in ${tests.dir}/*${tests.suffix}`,
    ...map.warnings.map(({ message, source }) => `warning: ${message}${source ? ` (${source})` : ''}`),
  ].join('\n')
}

function describeEndpoint(endpoint: Endpoint): string {
  const body = endpoint.body === null ? '' : ` body ${describeSchema(endpoint.body.schema)}`
  const query = endpoint.query.length === 0 ? '' : ` query ${endpoint.query.map(({ name }) => name).join(',')}`
  const auth = endpoint.auth === 'required' ? ' auth' : endpoint.auth === 'unknown' ? ' auth?' : ''
  return `  ${endpoint.method} ${endpoint.path}${auth}${query}${body}  ${endpoint.source}`
}

function describeSchema(schema: JsonSchema): string {
  if (schema.properties !== undefined) {
    const fields = Object.entries(schema.properties).map(
      ([name, field]) =>
        `${name}${schema.required?.includes(name) ? '' : '?'}${field.properties || field.items ? `: ${describeSchema(field)}` : ''}`,
    )
    return `{${fields.join(', ')}}`
  }
  if (schema.items !== undefined) return `[${describeSchema(schema.items)}]`
  return schema.format ?? schema.type ?? 'any'
}

function describeStore(store: DataStore): string {
  const address = store.address.map(({ name }) => name).join(', ') || store.file || store.literal || 'unknown address'
  const migrations = store.migrations === null ? 'no migrations' : `migrations: ${store.migrations.kind}`
  return `store: ${store.engine} through ${store.driver}, ${address}; ${migrations} (${store.source})`
}
