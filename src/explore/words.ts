/** `tagList`, `tag_list`, `tag-list` → `['tag', 'list']`. */
export function splitWords(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map((word) => word.toLowerCase())
}

/** The same name whatever its casing style: `productId` and `product_id` → `productid`. */
export function plainName(name: string): string {
  return splitWords(name).join('')
}

/** Words on `-ie` that would else be taken for plurals on `-y`. */
const ON_IE = /^(movie|cookie|pie|tie|lie|selfie|zombie|calorie|rookie|brownie|genie|hoodie|prairie|newbie)s$/
/** Words on `-s` whose plural is longer. */
const ON_S = /(status|bonus|virus|campus|census|corpus|syllabus|surplus|alias|bias|canvas|lens)es$/

/** `categories` → `category`, `articles` → `article`; a word that is no plural stays. */
export function singular(word: string): string {
  const last = (splitWords(word).at(-1) ?? '').toLowerCase()
  if (/(ss|us|is|news|series|species)$/.test(last)) return word
  if (ON_IE.test(last)) return word.slice(0, -1)
  if (/ies$/.test(last)) return `${word.slice(0, -3)}y`
  if (ON_S.test(last) || /(xes|ches|shes|sses|zes)$/.test(last)) return word.slice(0, -2)
  return /s$/.test(last) ? word.slice(0, -1) : word
}

/** `order_items` → `orderItem`: a name for one of them, fit for an identifier. */
export function nounOf(segment: string): string {
  const words = splitWords(segment)
  const last = words.pop() ?? 'thing'
  return camelCase([...words, singular(last)])
}

/** `['paid', 'order']` → `paidOrder`. */
export function camelCase(words: string[]): string {
  return words
    .filter(Boolean)
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('')
}

/** `priceCents` → `price cents`, for titles. */
export function readable(name: string): string {
  return splitWords(name).join(' ')
}

/** `a title that is missing`, `items that are missing`. */
export function thatIs(name: string, words: string): string {
  const noun = readable(name)
  const last = noun.split(' ').at(-1) ?? noun
  return singular(last) === last ? `${withArticle(noun)} that is ${words}` : `${noun} that are ${words}`
}

/** With its indefinite article. */
export function withArticle(noun: string): string {
  return `${/^[aeiou]/i.test(noun) && !/^(uni|use|eu)/i.test(noun) ? 'an' : 'a'} ${noun}`
}
