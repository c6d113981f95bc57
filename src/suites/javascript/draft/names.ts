/** `order_items` → `orderItems`, always an identifier. */
export function camel(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
  const joined = words
    .map((word, index) => (index === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1))
    .join('')
  return /^[A-Za-z_$]/.test(joined) ? joined : `_${joined}`
}

/** `priceCents` → `price_cents`, as the suites' own helper does it. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export function pascal(name: string): string {
  const word = camel(name)
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** `categories` → `category`. */
export function singular(word: string): string {
  if (/(ss|us|is|news)$/i.test(word)) return word
  if (/ies$/i.test(word)) return `${word.slice(0, -3)}y`
  if (/(xes|ches|shes|sses|zes)$/i.test(word)) return word.slice(0, -2)
  return word.replace(/s$/i, '')
}

/** The same name in whatever casing: `priceCents`, `price_cents` → `pricecents`. */
export function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** `POST /articles/{slug}` → its parts, the path once with `{slug}` and once with `:slug`. */
export function splitEndpoint(endpoint: string): { method: string; path: string; title: string } {
  const space = endpoint.indexOf(' ')
  const method = endpoint.slice(0, space)
  const path = endpoint.slice(space + 1)
  return { method, path, title: `${method} ${path.replace(/\{([^}]+)\}/g, ':$1')}` }
}

const RESERVED = new Set(
  'break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null return super switch this throw true try typeof var void while with yield let static await async package private public interface implements protected act api build create given view like rows ownRows removeRow expectRow expectNoRow unique expect test it describe response  tampered expired status columnsOf expectError expectInvalid expectResponse expectSuccess'.split(
    ' ',
  ),
)

/** What a thing of the application is called in code, where that is no word of the language or a name of the suite's own. */
export const identifier = (name: string): string => takeName([camel(name)], new Set())

/** The first of the wanted names that is free, else the first with a number; it is taken from then on. */
export function takeName(wanted: string[], taken: Set<string>): string {
  const free = (name: string) => !taken.has(name) && !RESERVED.has(name)
  let name = wanted.find(free)
  for (let count = 2; name === undefined; count += 1) name = [`${wanted[0]}${count}`].find(free)
  taken.add(name)
  return name
}
