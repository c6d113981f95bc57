import { createSocket } from 'node:dgram'

const TYPE_A = 1
const TYPE_AAAA = 28

/** A resolver on 127.0.0.1:53 that knows loopback names only, refuses all others at once (NXDOMAIN) and counts them. */
export function startNameServer(hosts: string[]): Promise<{ asked: Map<string, number> } | null> {
  const asked = new Map<string, number>()
  const known = new Set(hosts.map((host) => host.toLowerCase()))
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const question = parseQuestion(query)
    if (!question) return
    const name = question.name.toLowerCase()
    const local = name === 'localhost' || name.endsWith('.localhost') || known.has(name)
    if (!local && !name.endsWith('.in-addr.arpa') && !name.endsWith('.ip6.arpa'))
      asked.set(name, (asked.get(name) ?? 0) + 1)
    socket.send(reply(query, question, local), from.port, from.address, () => {})
  })
  return new Promise((resolve) => {
    socket.once('error', () => resolve(null))
    socket.bind(53, '127.0.0.1', () => resolve({ asked }))
  })
}

interface Question {
  name: string
  type: number
  end: number
}

function parseQuestion(query: Buffer): Question | null {
  if (query.length < 17) return null
  const labels: string[] = []
  let at = 12
  for (;;) {
    const length = query[at]
    if (length === undefined || length > 63 || at + 1 + length > query.length) return null
    if (length === 0) break
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  if (at + 5 > query.length) return null
  return { name: labels.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 }
}

function reply(query: Buffer, question: Question, local: boolean): Buffer {
  const header = Buffer.alloc(12)
  query.copy(header, 0, 0, 2)
  // Answer, recursion available; 3 is "no such name".
  header.writeUInt16BE(local ? 0x8180 : 0x8183, 2)
  header.writeUInt16BE(1, 4)
  const address =
    question.type === TYPE_A
      ? Buffer.from([127, 0, 0, 1])
      : question.type === TYPE_AAAA && question.name === 'localhost'
        ? Buffer.concat([Buffer.alloc(15), Buffer.from([1])])
        : null
  const asked = query.subarray(12, question.end)
  if (!local || !address) return Buffer.concat([header, asked])
  header.writeUInt16BE(1, 6)
  const record = Buffer.alloc(12)
  record.writeUInt16BE(0xc00c, 0)
  record.writeUInt16BE(question.type, 2)
  record.writeUInt16BE(1, 4)
  record.writeUInt32BE(1, 6)
  record.writeUInt16BE(address.length, 10)
  return Buffer.concat([header, asked, record, address])
}
