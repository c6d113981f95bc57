export const SIZE = /^(limit|page_?size|per_?page|size|take|max_?results)$/i
export const OFFSET = /^(offset|skip|start)$/i
export const PAGE = /^(page|page_?number|page_?no|p)$/i
export const SORT = /^(sort|sort_?by|order|order_?by|direction|dir)$/i

export function isPagingName(name: string): boolean {
  return SIZE.test(name) || OFFSET.test(name) || PAGE.test(name)
}
