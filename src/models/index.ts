import type { Model } from '../contracts/conversation.ts'
import { anthropicModel } from './anthropic.ts'
import { offlinePlanner } from './offline.ts'
import { recordedModel } from './recorded.ts'

/**
 * The model named on the command line: `offline`, `claude`, `recorded:<file>`, or any provider's id.
 * A key that lies in the environment is used only when a model is named.
 */
export function createModel(name: string, environment: NodeJS.ProcessEnv): Model {
  if (name === 'offline') return offlinePlanner()
  if (name.startsWith('recorded:')) return recordedModel(name.slice('recorded:'.length))
  return anthropicModel(name, environment)
}
