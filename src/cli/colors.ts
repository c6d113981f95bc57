import pc from 'picocolors'

/** Colours for a stream: only where a person looks at it. */
export function colorsFor(stream: NodeJS.WriteStream): ReturnType<typeof pc.createColors> {
  return pc.createColors(stream.isTTY && pc.isColorSupported)
}
