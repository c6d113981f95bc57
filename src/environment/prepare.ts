import type { RunningApp, Store } from '../contracts/environment.ts'
import { AgentError } from '../contracts/errors.ts'
import type { ProjectMap } from '../contracts/project.ts'
import type { Command, CommandResult, Sandbox } from '../contracts/sandbox.ts'
import { runMigrations } from './migrations/run-migrations.ts'
import { resolveCommand } from './project-command.ts'
import type { RunningService } from './services/plug.ts'

const BUILD_TIMEOUT_MS = 300_000
const SHOWN_OUTPUT = 3_000
const SCHEMA_TIMEOUT_MS = 10_000

/** What a clone starts from. */
export interface Prepared {
  /** By store name, as `RunningService.seal` gave it. */
  stores: ReadonlyMap<string, Buffer | null>
  /** Files that building and migrating left in the view. */
  view: Buffer | null
}

type Run = (command: Command) => Promise<CommandResult>

/** Runs the project's build, if it has one. Throws BUILD_FAILED with the end of its output. */
export async function buildProject(
  map: ProjectMap,
  sandbox: Sandbox,
  run: Run,
  progress: (message: string) => void,
): Promise<void> {
  if (!map.boot?.build) return
  const build = map.boot.build
  progress(`Building: ${build.join(' ')}`)
  const result = await run({ argv: resolveCommand(sandbox.root, map.root, build), timeoutMs: BUILD_TIMEOUT_MS })
  if (result.exitCode === 0) return
  throw new AgentError(
    'environment',
    'BUILD_FAILED',
    `The build fails.\n${`${result.stdout}\n${result.stderr}`.trim().slice(-SHOWN_OUTPUT)}`,
    { value: build.join(' '), next: 'Correct the build command in integration-tests.config.json, or make it pass.' },
  )
}

/** Brings every store to the project's schema: by its migrations, or by letting the application make it at boot. */
export async function prepareStores(options: {
  map: ProjectMap
  services: RunningService[]
  sandbox: Sandbox
  run: Run
  launch(): Promise<RunningApp>
  progress(message: string): void
}): Promise<void> {
  const { map, services, sandbox, run, progress } = options
  let byBoot: 'promised' | 'possible' | 'no' = 'no'
  for (const store of map.stores) {
    const service = services.find(({ instance }) => instance.name === store.name)
    if (!service) continue
    if (store.migrations?.command) progress(`Migrating ${store.name}: ${store.migrations.command.join(' ')}`)
    await runMigrations({
      store,
      rows: service.store,
      sandbox,
      run: (command) => run({ ...command, argv: resolveCommand(sandbox.root, map.root, command.argv) }),
    })
    if (store.migrations?.kind === 'sync') byBoot = 'promised'
    else if (!store.migrations && byBoot === 'no') byBoot = 'possible'
  }
  if (byBoot === 'no' || !map.boot) return
  progress('Starting the application once for its schema')
  try {
    const app = await options.launch()
    await waitForSchema(services.map(({ store }) => store).filter((store) => store !== null))
    await app.stop()
  } catch (error) {
    // Nobody said that it makes a schema; whoever needs it running is told why it does not.
    if (byBoot === 'promised') throw error
  }
}

/** Some applications answer before they have created all tables: wait until no more come. */
async function waitForSchema(stores: Store[]): Promise<void> {
  const deadline = Date.now() + SCHEMA_TIMEOUT_MS
  let before = ''
  for (;;) {
    const now = JSON.stringify(await Promise.all(stores.map((store) => store.tables())))
    if ((now === before && now !== JSON.stringify(stores.map(() => []))) || Date.now() > deadline) return
    before = now
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
