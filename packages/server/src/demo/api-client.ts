/** The demo's view of the product: HTTP and nothing else, as a customer's program would have it. */

export class ApiClient {
  readonly #base: string
  readonly #token: string

  constructor(base: string, token: string) {
    this.#base = base
    this.#token = token
  }

  async get<Answer>(path: string): Promise<Answer> {
    return this.#request<Answer>('GET', path, undefined)
  }

  async post<Answer>(path: string, body: unknown): Promise<Answer> {
    return this.#request<Answer>('POST', path, body)
  }

  /** Every item of a keyset list. */
  async list<Item>(path: string): Promise<Item[]> {
    const items: Item[] = []
    let after: string | null = null
    do {
      const query: string = `${path.includes('?') ? '&' : '?'}limit=200${after === null ? '' : `&after=${encodeURIComponent(after)}`}`
      const page: { items: Item[]; next: string | null } = await this.get(`${path}${query}`)
      items.push(...page.items)
      after = page.next
    } while (after !== null && after !== undefined)
    return items
  }

  async #request<Answer>(method: string, path: string, body: unknown): Promise<Answer> {
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 2_000)}`)
    return JSON.parse(text)
  }
}
