import pc from 'picocolors'

/** Colours for a stream: only where a person looks at it. */
export function colorsFor(stream: NodeJS.WriteStream): ReturnType<typeof pc.createColors> {
  // `undefined` would let the library decide, which colours pipes on CI machines.
  return pc.createColors(stream.isTTY === true && pc.isColorSupported)
}

/** Width of the terminal behind a stream; `null` where there is none, so that nothing is wrapped or cut. */
export function columnsOf(stream: NodeJS.WriteStream): number | null {
  return stream.isTTY ? stream.columns || 80 : null
}
