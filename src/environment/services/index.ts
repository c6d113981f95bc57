import type { ServicePlug } from './plug.ts'
import { postgres } from './postgres/index.ts'
import { sqlite } from './sqlite.ts'

/** All services this package can provide. A new one: a file, and a line here. */
const PLUGS: ServicePlug[] = [postgres, sqlite]

export function findPlug(engine: string): ServicePlug | null {
  return PLUGS.find((plug) => plug.engine === engine) ?? null
}

export function engines(): string[] {
  return PLUGS.map((plug) => plug.engine)
}
