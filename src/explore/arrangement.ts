import type { Binding, Expr, Recipe } from '../contracts/observation.ts'
import { camelCase } from './words.ts'

const ORDINALS = ['', 'other', 'third', 'fourth', 'fifth', 'sixth']

/** Collects the bindings of a case: what is asked for comes with everything it needs, each once unless a fresh one is wanted. */
export class Arrangement {
  readonly bindings: Binding[]
  private readonly recipes: Map<string, Recipe>

  constructor(recipes: Map<string, Recipe>, bindings: Binding[] = []) {
    this.recipes = recipes
    this.bindings = [...bindings]
  }

  /**
   * Name of a binding of this recipe: the first there is, or a new one with `fresh`. `use` fixes what a need (by local
   * name) is bound to; `overrides` imply a new one.
   */
  need(
    recipeName: string,
    options: { fresh?: boolean; use?: Record<string, string>; overrides?: Record<string, Expr> } = {},
  ): string {
    const present = this.bindings.filter((binding) => binding.recipe === recipeName)
    const [first] = present
    if (first && !options.fresh && !options.overrides) return first.name
    const recipe = this.recipes.get(recipeName)
    if (!recipe) throw new Error(`no recipe named ${recipeName}`)
    const needs = this.needsOf(recipe, options.use ?? {})
    const name = this.nameFor(recipe, present.length)
    this.bindings.push({ name, recipe: recipeName, needs, overrides: options.overrides ?? {} })
    return name
  }

  /** Binding of that name. */
  get(name: string): Binding | undefined {
    return this.bindings.find((binding) => binding.name === name)
  }

  private needsOf(recipe: Recipe, use: Record<string, string>): Record<string, string> {
    const needs: Record<string, string> = {}
    for (const [local, needed] of Object.entries(recipe.needs)) {
      const fixed = use[local]
      if (fixed) {
        needs[local] = fixed
        continue
      }
      const taken = new Set(Object.values(needs))
      const free = this.bindings.find((binding) => binding.recipe === needed && !taken.has(binding.name))
      needs[local] = free?.name ?? this.need(needed, { fresh: true })
    }
    return needs
  }

  private nameFor(recipe: Recipe, count: number): string {
    const ordinal = ORDINALS[count] ?? `extra${count}`
    const base = recipe.kind === 'actor' && count > 0 ? ordinal : camelCase([ordinal, recipe.name])
    let name = base || recipe.name
    for (let index = 2; this.get(name); index += 1) name = `${base}${index}`
    return name
  }
}
