import { Socket } from 'node:net'
import pg from 'pg'
import type { Row } from '../../../contracts/environment.ts'
import type { Json } from '../../../contracts/json.ts'
import { safeInteger, toJson } from '../../stores/to-json.ts'

/** Made when the data directory is initialised: the role that the application gets, and we ourselves use. */
export const ROLE = { user: 'app', password: 'app' }

/** Our own connection to one database. */
export interface Connection {
  /** The rows of the last statement. */
  rows(sql: string, values?: Json[]): Promise<Row[]>
  /** The rows of each statement; one round trip. */
  script(sql: string): Promise<Row[][]>
  close(): Promise<void>
}

/** Connects through a Unix socket that leads to the server. */
export async function connectThrough(socketPath: string, database: string): Promise<Connection> {
  const client = new pg.Client({
    user: ROLE.user,
    password: ROLE.password,
    database,
    stream: () => socketTo(socketPath),
    types: { getTypeParser },
    connectionTimeoutMillis: 5_000,
  })
  // A server that goes away between two queries is told by the next query; here it would end the process.
  client.on('error', () => undefined)
  await client.connect()
  const toRows = (result: pg.QueryResult | undefined): Row[] => (result?.rows ?? []).map((row) => toJson(row) as Row)
  return {
    async rows(sql, values) {
      const result: pg.QueryResult | pg.QueryResult[] = await client.query(sql, values?.map(toParameter))
      return toRows(Array.isArray(result) ? result.at(-1) : result)
    },
    async script(sql) {
      const results: pg.QueryResult | pg.QueryResult[] = await client.query(sql)
      return (Array.isArray(results) ? results : [results]).map(toRows)
    },
    close: () => client.end(),
  }
}

/** pg dials host and port by itself; this socket goes to the path whatever it is told. */
function socketTo(path: string): Socket {
  const socket = new Socket()
  const connect = socket.connect.bind(socket)
  socket.connect = () => connect(path)
  return socket
}

/** Values as a test would compare them: exact, independent of this machine's time zone. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  switch (oid) {
    case pg.types.builtins.INT8:
      return safeInteger
    case pg.types.builtins.DATE:
    case pg.types.builtins.INTERVAL:
      return (text) => text
    case pg.types.builtins.TIMESTAMP:
      return (text) => (text.includes('infinity') ? text : new Date(`${text.replace(' ', 'T')}Z`))
    default:
      return pg.types.getTypeParser(oid, format)
  }
}

/** Objects go as JSON text; arrays stay arrays, which pg turns into PostgreSQL's own. */
function toParameter(value: Json): unknown {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : value
}
