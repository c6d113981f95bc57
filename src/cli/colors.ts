import pc from 'picocolors'

/** Colours for a stream: only where a person looks at it. */
export function colorsFor(stream: NodeJS.WriteStream): ReturnType<typeof pc.createColors> {
  return pc.createColors(stream.isTTY && pc.isColorSupported)
}

/** Width of the terminal behind a stream; `null` where there is none, so that nothing is wrapped or cut. */
export function columnsOf(stream: NodeJS.WriteStream): number | null {
  return stream.isTTY ? stream.columns || 80 : null
}
