import type { ProjectMap } from '../../../contracts/project.ts'
import { origin, textOf, type Value } from '../evaluate/values.ts'
import type { Evaluated } from '../routes.ts'
import { isTest, type SourceTree } from './sources.ts'

const SYSTEMS: [RegExp, string][] = [
  [/^(amqplib|amqplib\/callback_api|amqp-connection-manager|rascal|rabbitmq-client)$/, 'rabbitmq'],
  [/^(bullmq|bull|bee-queue|kue|agenda)$/, 'redis'],
  [/^(kafkajs|node-rdkafka|kafka-node)$/, 'kafka'],
  [/^nats$/, 'nats'],
  [/^@aws-sdk\/client-sqs$|^sqs-consumer$/, 'sqs'],
  [/^mqtt$/, 'mqtt'],
]
const NAMING =
  /^(assertQueue|consume|sendToQueue|assertExchange|publish|subscribe|Queue|Worker|QueueEvents|add|process)$/
const TEXTUAL =
  /\.(?:consume|assertQueue|sendToQueue|publish|assertExchange)\(\s*['"]([^'"]+)['"](?:\s*,\s*['"]([^'"]+)['"])?/g

/** Queues, topics and exchanges the project names. */
export function findQueues(tree: SourceTree, evaluated: Evaluated): ProjectMap['queues'] {
  const found = new Map<string, ProjectMap['queues'][number]>()
  const add = (name: string, system: string, source: string) => {
    if (name && !found.has(name)) found.set(name, { name, system, source })
  }
  for (const call of evaluated.interp.calls) {
    const from = call.base && origin(call.base)
    const system = from && systemOf(from.module)
    if (!from || !system || isTest(call.file)) continue
    const method = from.path.at(-1) ?? from.module
    if (!NAMING.test(method) && !(from.path.length === 0 && /bull|kue|bee/.test(from.module))) continue
    for (const name of namesIn(call.args[0])) add(name, system, `${call.file}:${call.line}`)
  }
  // A queue may be named where the client is handed over by someone else.
  const used = [...tree.sources].filter(([path]) => !isTest(path))
  const system = used
    .map(([, text]) => /['"](amqplib(?:\/callback_api)?|amqp-connection-manager)['"]/.exec(text)?.[1])
    .find(Boolean)
  if (system)
    for (const [path, text] of used)
      for (const match of text.matchAll(TEXTUAL))
        add(match[2] ?? match[1] ?? '', 'rabbitmq', `${path}:${text.slice(0, match.index).split('\n').length}`)
  return [...found.values()]
}

/** The broker behind a package. */
function systemOf(module: string): string | undefined {
  return SYSTEMS.find(([pattern]) => pattern.test(module))?.[1]
}

function namesIn(value: Value | undefined): string[] {
  if (value?.k === 'obj') {
    const topics = value.props.get('topics')
    if (topics?.k === 'arr') return topics.items.map(textOf).filter((name) => name !== undefined)
    return namesIn(value.props.get('topic'))
  }
  const name = textOf(value)
  return name === undefined ? [] : [name]
}
