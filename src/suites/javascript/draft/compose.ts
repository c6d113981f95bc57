import { type ComposeService, SERVERS } from './services.ts'

/** `docker-compose.test.yml`: data in memory, own ports on loopback, health checks for `--wait`. */
export function composeFile(services: ComposeService[]): string {
  return `services:\n${services.map(serviceText).join('\n')}`
}

function serviceText(service: ComposeService): string {
  const { name, port, user, password, database, store } = service
  const server = SERVERS[store.engine]
  if (!server) return ''
  const head = [
    `  ${name}:`,
    `    image: ${server.image(/^\d+(\.\d+)?/.exec(store.version ?? '')?.[0] ?? server.version)}`,
  ]
  const ports = ['    ports:', `      - "127.0.0.1:${port}:${server.inside}"`]
  const health = (test: string) => [
    '    healthcheck:',
    `      test: ["CMD-SHELL", "${test}"]`,
    '      interval: 1s',
    '      timeout: 3s',
    '      retries: 60',
  ]
  const variables = (values: Record<string, string>) => [
    '    environment:',
    ...Object.entries(values).map(([key, value]) => `      ${key}: ${value}`),
  ]
  switch (store.engine) {
    case 'postgres':
      return lines([
        ...head,
        '    # The marker tells the tests that this server is theirs.',
        '    command: postgres -c integration_tests.marker=on -c fsync=off',
        ...variables({
          POSTGRES_USER: user,
          POSTGRES_PASSWORD: password,
          POSTGRES_DB: database,
          // Sorts as the environment does in which the tests were written.
          POSTGRES_INITDB_ARGS: '--locale=C.UTF-8',
        }),
        ...ports,
        '    tmpfs:',
        '      - /var/lib/postgresql/data',
        ...health(`pg_isready -h 127.0.0.1 -U ${user} -d ${database}`),
      ])
    case 'mysql':
    case 'mariadb':
      return lines([
        ...head,
        ...variables({
          MYSQL_USER: user,
          MYSQL_PASSWORD: password,
          MYSQL_DATABASE: database,
          MYSQL_RANDOM_ROOT_PASSWORD: '"yes"',
        }),
        ...ports,
        '    tmpfs:',
        '      - /var/lib/mysql',
        ...health(
          `${store.engine === 'mysql' ? 'mysqladmin' : 'mariadb-admin'} ping -h 127.0.0.1 -u ${user} -p${password}`,
        ),
      ])
    case 'redis':
      return lines([
        ...head,
        '    command: redis-server --save ""',
        ...ports,
        '    tmpfs:',
        '      - /data',
        ...health('redis-cli ping'),
      ])
    default:
      return lines([
        ...head,
        ...variables({ RABBITMQ_DEFAULT_USER: user, RABBITMQ_DEFAULT_PASS: password }),
        ...ports,
        '    tmpfs:',
        '      - /var/lib/rabbitmq',
        ...health('rabbitmq-diagnostics -q check_port_connectivity'),
      ])
  }
}

const lines = (list: string[]) => `${list.join('\n')}\n`
