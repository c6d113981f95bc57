import type { HttpRequest, HttpResponse, RowChange, RunningApp, Snapshot } from '../contracts/environment.ts'
import { AgentError } from '../contracts/errors.ts'
import type { Json } from '../contracts/json.ts'
import type { EgressAttempt } from '../contracts/sandbox.ts'
import type { AppUnderTest } from './app.ts'

/** Rows per store name. */
type Rows = Map<string, Snapshot>

const PATIENCE_MS = 100

/** The running application under one roof: counts requests, keeps time, restarts what died, and looks at the rows. */
export class Client {
  requests = 0
  /** Times the process ended by itself, with the request that was being answered. */
  readonly crashes: { request: HttpRequest; output: string }[] = []
  private running: RunningApp | null = null
  /** Length of the output when the last request was sent. */
  private mark = 0
  private fresh: Rows | null = null
  private readonly app: AppUnderTest
  private readonly env: Record<string, string>
  private readonly signal: AbortSignal

  constructor(app: AppUnderTest, env: Record<string, string>, signal: AbortSignal) {
    this.app = app
    this.env = env
    this.signal = signal
  }

  /** Sends; an unanswered request (timeout, dropped connection, death of the process) comes back as status 0. */
  async send(request: HttpRequest): Promise<HttpResponse> {
    this.signal.throwIfAborted()
    const app = await this.start()
    this.requests += 1
    this.mark = app.output().length
    if (request.method !== 'GET' && request.method !== 'HEAD') this.fresh = null
    try {
      return await app.request({ timeoutMs: 10_000, ...request })
    } catch (error) {
      return { status: 0, headers: {}, text: String(error), json: undefined, durationMs: 0 }
    } finally {
      if (app.exit) {
        this.crashes.push({ request, output: app.output() })
        this.running = null
      }
    }
  }

  /** What the application printed since the last request was sent; waits a moment for it, since it comes by another way. */
  async printed(): Promise<string> {
    const deadline = Date.now() + PATIENCE_MS
    while (this.running && this.running.output().length <= this.mark && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5))
    return this.running?.output().slice(this.mark) ?? ''
  }

  /**
   * Where a request that failed tries to reach outside the environment when it is sent once more and fails again; `null`
   * where it does not, or nobody can tell.
   */
  async reachesFor(request: HttpRequest): Promise<string | null> {
    const before = await this.app.attempts?.()
    // The failed request itself would be among them.
    if (!before || before.length === 0) return null
    const again = await this.send(request)
    const count = (all: EgressAttempt[], target: string) => all.find((one) => one.target === target)?.count ?? 0
    const after = (await this.app.attempts?.()) ?? []
    const grown = after.find(({ target }) => count(after, target) > count(before, target))
    return again.status >= 500 ? (grown?.target ?? null) : null
  }

  /** Removes the rows with this value; false where no store has the table, or the row is needed. */
  async remove(table: string, column: string, value: Json): Promise<boolean> {
    this.fresh = null
    for (const store of this.app.stores) {
      if (!(await store.tables()).some(({ name }) => name === table)) continue
      const [where, values] = store.engine === 'postgres' ? ['$1', [value]] : ['?', [value]]
      const quote = /mysql|mariadb/.test(store.engine) ? '`' : '"'
      const sql = `DELETE FROM ${quote}${table}${quote} WHERE ${quote}${column}${quote} = ${where}`
      return store.query(sql, values).then(
        () => true,
        () => false,
      )
    }
    return false
  }

  /** All rows now; answered from memory while nothing but reads happened since. */
  async look(): Promise<Rows> {
    if (!this.fresh) {
      const entries = await Promise.all(
        this.app.stores.map(async (store) => [store.name, await store.snapshot()] as const),
      )
      this.fresh = new Map(entries)
    }
    return this.fresh
  }

  /** Rows that differ between two looks. */
  changes(before: Rows, after: Rows): RowChange[] {
    if (before === after) return []
    return this.app.stores.flatMap((store) => store.diff(before.get(store.name) ?? {}, after.get(store.name) ?? {}))
  }

  async stop(): Promise<void> {
    await this.running?.stop()
    this.running = null
  }

  private async start(): Promise<RunningApp> {
    if (this.running?.exit) this.running = null
    if (this.crashes.length > 20)
      throw new AgentError('environment', 'APP_KEEPS_DYING', 'The application ended by itself more than 20 times.', {
        value: this.crashes.at(-1)?.request.url ?? '',
        next: 'Read its output and repair the crash first.',
      })
    this.running ??= await this.app.start({ env: this.env })
    return this.running
  }
}
