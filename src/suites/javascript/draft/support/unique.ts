import { restyle } from '../print/restyle.ts'
import type { Style } from '../style.ts'

const MAKERS: Record<string, string> = {
  email: '  email: (label«: string», max = 254) => fit(label, `.${tag()}@example.com`, max),',
  word: '  word: (label«: string», max = 24) => fit(label, tag(), max),',
  text: '  text: (label«: string», max = 1000) => fit(label, ` ${tag()}`, max),',
  url: '  url: (label«: string») => `https://example.com/${label}/${tag()}`,',
  uuid: '  uuid: () => keep(randomUUID()),',
  integer: '  integer: () => keep(base + (count += 1)),',
  phone: "  phone: () => keep(`+1555${String(base % 1e4).padStart(4, '0')}${String((count += 1)).padStart(3, '0')}`),",
}

/** Fresh values that carry a mark of the process, so that its rows can be told from anybody else's. */
export function uniqueModule(
  kinds: Set<string>,
  options: { sweep: boolean; alone: boolean; kept: boolean },
  style: Style,
): string {
  const fitted = ['email', 'word', 'text'].some((kind) => kinds.has(kind))
  const numbered = kinds.has('integer') || kinds.has('phone')
  const kept = numbered || kinds.has('uuid')
  const makers = Object.keys(MAKERS).filter((kind) => kinds.has(kind))
  const lines = makers.map((kind) => (options.kept ? MAKERS[kind] : MAKERS[kind]?.replace(/keep\((.*)\),$/, '$1,')))
  const parts = [
    `import { randomBytes${kinds.has('uuid') ? ', randomUUID' : ''} } from 'crypto';`,
    `// Process id and three random letters: every value made here carries it.
const letter = (byte«: number») => String.fromCharCode(97 + (byte % 26));
const letters = Array.from(randomBytes(3), letter).join('');
export const mark = \`it\${String(process.pid).padStart(7, '0')}\${letters}\`;

let count = 0;

const tag = () => \`\${mark}\${(count += 1)}\`;`,
    fitted
      ? `const fit = (label«: string», suffix«: string», max«: number») =>
  label.slice(0, Math.max(0, max - suffix.length)) + suffix.slice(-max);`
      : '',
    numbered ? 'const base = 1e9 + (randomBytes(4).readUInt32BE(0) % 1e6) * 1e3;' : '',
    kept && options.kept
      ? `// Values that cannot carry the mark.
export const made«: (string | number)[]» = [];

const keep = «<T extends string | number>»(value«: T») => {
  made.push(value);
  return value;
};`
      : '',
    `export const unique = {\n${lines.join('\n')}\n};`,
    options.sweep ? abandonedMarks(options.alone) : '',
  ]
  return restyle(parts.filter(Boolean).join('\n\n'), style)
}

function abandonedMarks(alone: boolean): string {
  const find = `  const text = JSON.stringify(rows).toLowerCase();
  const marks = new Set(text.match(/it\\d{7}[a-z]{3}/g) || []);`
  if (alone)
    return `/** Marks of runs that were interrupted: tests on one file never run side by side. */
export function abandonedMarks(rows«: unknown[]») {
${find}
  return Array.from(marks).filter((other) => other !== mark);
}`
  return `function isRunning(pid«: number») {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return «(»error« as NodeJS.ErrnoException)».code === 'EPERM';
  }
}

/** Marks of runs that were interrupted: their process is gone. */
export function abandonedMarks(rows«: unknown[]») {
${find}
  const pidOf = (other«: string») => Number(other.slice(2, 9));
  return Array.from(marks).filter(
    (other) => other !== mark && (pidOf(other) === process.pid || !isRunning(pidOf(other))),
  );
}`
}
