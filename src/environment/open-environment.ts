import { join } from 'node:path'
import type { Environment, RunningApp } from '../contracts/environment.ts'
import type { ProjectMap } from '../contracts/project.ts'
import type { Command, Sandbox } from '../contracts/sandbox.ts'
import { childEnvironment } from '../workspace/child-environment.ts'
import { openSandbox } from '../workspace/sandbox/open-sandbox.ts'
import { type ManagedApp, manageApp } from './app/manage-app.ts'
import { unpack } from './archive.ts'
import { bootApp } from './boot.ts'
import type { FoundServices } from './find-services.ts'
import { buildProject, type Prepared, prepareStores } from './prepare.ts'
import { choosePort } from './services/choose-port.ts'
import type { RunningService } from './services/plug.ts'
import { classifyLiteral } from './variables/classify-literal.ts'
import { deriveVariables } from './variables/derive-variables.ts'
import type { EnvFile } from './variables/dotenv.ts'
import { findReplaced } from './variables/find-replaced.ts'
import { packViewChanges } from './view-changes.ts'

const USUAL_PORT = 3000
const TEST_ENV = /^\.env\.test(ing)?$/

/** What every environment of one project has in common. */
export interface Plan {
  map: ProjectMap
  found: FoundServices
  envFiles: EnvFile[]
  given: Record<string, string>
}

/** How one environment of a plan is opened. */
interface Opening {
  /** Governs the opening alone: the environment outlives the call that asked for it. */
  signal: AbortSignal
  progress(message: string): void
  /** From the environment that this one is a clone of: nothing is initialised, built or migrated again. */
  prepared: Prepared | null
  tree?: string | undefined
  unsteered?: boolean | undefined
}

export async function openEnvironment(plan: Plan, opening: Opening): Promise<Environment> {
  const sandbox = await openSandbox({
    root: plan.map.root,
    tree: opening.tree,
    readOnly: plan.found.provided.flatMap(({ provider }) => provider.readable),
    hosts: plan.map.stores
      .map(classifyLiteral)
      .filter(({ kind }) => kind === 'compose')
      .map(({ host }) => host),
  })
  const { signal } = opening
  const stopOnAbort = () => void sandbox.stop()
  signal.addEventListener('abort', stopOnAbort, { once: true })
  try {
    signal.throwIfAborted()
    return await furnish(plan, sandbox, opening)
  } catch (error) {
    await sandbox.stop()
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', stopOnAbort)
  }
}

async function furnish(plan: Plan, sandbox: Sandbox, opening: Opening): Promise<Environment> {
  const { map } = plan
  const { prepared, tree, progress } = opening
  const over = new AbortController()
  // A project shown from elsewhere brings its own files; what was built from the other ones does not belong to it.
  if (!tree && prepared?.view) await unpack(sandbox, sandbox.root, prepared.view)
  const services = await startServices(plan, sandbox, opening)
  const port = await choosePort(sandbox, usualPort(map))
  const { variables, invented } = deriveVariables({
    map,
    addresses: new Map(services.map(({ instance, address }) => [instance.name, address])),
    envFiles: plan.envFiles,
    given: plan.given,
    base: childEnvironment(
      { HOME: join(sandbox.scratch, 'home'), TZ: 'UTC', LANG: 'C.UTF-8' },
      // Of the machine's own, nothing but where programs are: its temporary directory is not there, its locale not ours.
      { PATH: process.env.PATH },
    ),
    port,
    unsteered: opening.unsteered ?? false,
    scratch: sandbox.scratch,
  })
  const mode = plan.given.NODE_ENV ?? map.mode ?? 'test'
  const run = (command: Command) => sandbox.run({ ...command, env: { ...variables, ...command.env } })
  const apps: ManagedApp[] = []

  async function launch(options: { env?: Record<string, string>; timeoutMs?: number } = {}): Promise<RunningApp> {
    const running = apps.filter((app) => app.isUp()).length
    const managed = await manageApp(() =>
      bootApp({
        map,
        sandbox,
        variables: { ...variables, NODE_ENV: mode },
        port,
        running,
        signal: over.signal,
        progress,
        ...options,
      }),
    )
    apps.push(managed)
    return managed.app
  }

  /** Some stores cannot be replaced under an application that has them open. */
  async function quietly(work: () => Promise<void>): Promise<void> {
    const up = apps.filter((app) => app.isUp())
    const loud = up.length > 0 && (await Promise.all(services.map((service) => service.needsQuiet()))).includes(true)
    const nested = loud ? up.reduce((inner, app) => () => app.around(inner), work) : work
    await nested()
  }

  if (!prepared || tree) await buildProject(map, sandbox, run, progress)
  let state = prepared
  if (!state) {
    await prepareStores({ map, services, sandbox, run, launch, progress })
    const seals = await Promise.all(
      services.map(async (service) => [service.instance.name, await service.seal()] as const),
    )
    state = { stores: new Map(seals), view: await packViewChanges(sandbox) }
  }
  const sealed = state

  const stores = services
    .map((service) => service.store)
    .filter((store) => store !== null)
    .map((store) => ({ ...store, reset: () => quietly(() => store.reset()) }))
  return {
    id: sandbox.id,
    sandbox,
    services: services.map((service) => service.instance),
    variables,
    invented,
    replaced: findReplaced(map, variables, plan.envFiles, process.env),
    unavailable: plan.found.unavailable,
    stores,
    run,
    startApp: launch,
    reset: () =>
      quietly(async () => {
        for (const { store } of services) await store?.reset()
      }),
    clone: (options) =>
      openEnvironment(plan, { signal: over.signal, progress: () => undefined, prepared: sealed, ...options }),
    async stop() {
      over.abort()
      await Promise.all(services.map((service) => service.close().catch(() => undefined)))
      await sandbox.stop()
    },
  }
}

function startServices(plan: Plan, sandbox: Sandbox, opening: Opening): Promise<RunningService[]> {
  return Promise.all(
    plan.found.provided.map(({ store, provider }) =>
      provider.start({
        sandbox,
        store,
        forTests: new Map(plan.envFiles.filter(({ path }) => TEST_ENV.test(path)).flatMap(({ values }) => [...values])),
        marker: sandbox.id,
        template: opening.prepared?.stores.get(store.name) ?? null,
        progress: opening.progress,
      }),
    ),
  )
}

function usualPort(map: ProjectMap): number {
  const port = map.boot?.defaultPort ?? USUAL_PORT
  return port >= 1024 ? port : USUAL_PORT
}
