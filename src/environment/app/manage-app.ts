import type { RunningApp } from '../../contracts/environment.ts'

/** A running application that can be stopped for a while and come back under the same handle. */
export interface ManagedApp {
  app: RunningApp
  /** Stops it, does the work, and starts it again, whatever the work came to. */
  around<T>(work: () => Promise<T>): Promise<T>
  /** `false` once its user has stopped it or it has ended by itself. */
  isUp(): boolean
}

export async function manageApp(start: () => Promise<RunningApp>): Promise<ManagedApp> {
  let current = await start()
  let earlierOutput = ''
  let stopped = false
  return {
    app: {
      get port() {
        return current.port
      },
      get exit() {
        return current.exit
      },
      request: (request) => current.request(request),
      output: () => earlierOutput + current.output(),
      stop: () => {
        stopped = true
        return current.stop()
      },
    },
    isUp: () => !stopped && current.exit === null,
    async around(work) {
      await current.stop()
      try {
        return await work()
      } finally {
        earlierOutput += current.output()
        current = await start()
      }
    },
  }
}
