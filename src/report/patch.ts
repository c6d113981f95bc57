export interface FileChange {
  path: string
  before: string | null
  after: string | null
}

/** A patch for `git apply`: each changed file replaced as a whole. */
export function renderPatch(changes: FileChange[]): string {
  return changes.map(renderChange).join('')
}

function renderChange({ path, before, after }: FileChange): string {
  const removed = lines(before)
  const added = lines(after)
  const header = [
    `diff --git a/${path} b/${path}`,
    ...(before === null ? ['new file mode 100644'] : []),
    ...(after === null ? ['deleted file mode 100644'] : []),
    `--- ${before === null ? '/dev/null' : `a/${path}`}`,
    `+++ ${after === null ? '/dev/null' : `b/${path}`}`,
    `@@ -${range(removed.length)} +${range(added.length)} @@`,
  ]
  return [...header, ...mark('-', removed, before), ...mark('+', added, after), ''].join('\n')
}

const lines = (text: string | null) => (text === null || text === '' ? [] : text.replace(/\n$/, '').split('\n'))
const range = (count: number) => (count === 0 ? '0,0' : `1,${count}`)

function mark(sign: string, content: string[], text: string | null): string[] {
  const marked = content.map((line) => sign + line)
  return text === null || text === '' || text.endsWith('\n') ? marked : [...marked, '\\ No newline at end of file']
}
