/** Phrases: Liquid templates, strict, without includes, files, clocks or chance, that either give words to speak or refuse. */
import { Liquid, type Template } from 'liquidjs'

export type Phrase = { readonly source: string; readonly templates: Template[] }
export type PhraseResult = { readonly text: string } | { readonly refused: string }

/** Pure words and numbers only: `date` and `sample` would read a clock and chance, HTML filters have no meaning in speech. */
const allowedFilters = new Set(
  'append prepend capitalize downcase upcase strip lstrip rstrip replace replace_first remove remove_first truncate truncatewords slice split join first last size default plus minus times divided_by modulo round floor ceil abs at_least at_most'.split(
    ' ',
  ),
)
const allowedTags = new Set(['if', 'unless', 'case', 'assign', 'comment', '#', 'echo', 'raw'])
const spokenCharactersLimit = 4_000

/** One engine per compiled scenario: Liquid keeps tags and filters in the instance. */
export class PhraseLanguage {
  readonly #liquid: Liquid

  constructor() {
    this.#liquid = new Liquid({
      strictVariables: true,
      strictFilters: true,
      lenientIf: true,
      ownPropertyOnly: true,
      parseLimit: 10_000,
      // Milliseconds by the wall, so on a busy machine the same words could be refused: without loops length alone bounds the work.
      renderLimit: 10_000,
      memoryLimit: 100_000,
      // Without an in-memory mapping Liquid would look for files.
      templates: {},
    })
    for (const name of Object.keys(this.#liquid.tags)) if (!allowedTags.has(name)) delete this.#liquid.tags[name]
    for (const name of Object.keys(this.#liquid.filters))
      if (!allowedFilters.has(name)) delete this.#liquid.filters[name]
  }

  /** @throws {Error} with the place of the mistake when the template cannot be parsed or uses a tag or filter that is not offered. */
  parse(source: string): Phrase {
    return { source, templates: this.#liquid.parse(source) }
  }

  /** Root names of the variables a phrase reads that it does not assign itself. */
  variablesOf(phrase: Phrase): readonly string[] {
    return this.#liquid.globalVariablesSync(phrase.templates)
  }

  /**
   * Renders to words. A missing variable, empty words and left-over template marks (a contact's value may itself hold
   * "{{name}}" from a bad export) are refused, because whatever this returns is spoken to a person.
   */
  render(phrase: Phrase, variables: Readonly<Record<string, unknown>>): PhraseResult {
    // Liquid prints null as nothing; only an absent member is a missing variable to it.
    const scope = Object.fromEntries(
      Object.entries(variables).filter(([, value]) => value !== null && value !== undefined),
    )
    let rendered: string
    try {
      rendered = String(this.#liquid.renderSync(phrase.templates, scope, { templateLimit: 1_000 }))
    } catch (error) {
      return { refused: firstLine(error) }
    }
    const text = rendered.replaceAll(/\s+/g, ' ').trim()
    if (!/[\p{L}\p{N}]/u.test(text)) return { refused: 'the text has no words' }
    if (/\{\{|\}\}|\{%|%\}/.test(text)) return { refused: 'the text holds template marks' }
    if (text.length > spokenCharactersLimit)
      return { refused: `the text is longer than ${spokenCharactersLimit} characters` }
    return { text }
  }
}

export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.split('\n')[0] ?? message
}
