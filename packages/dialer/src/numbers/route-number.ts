/** Which route a number takes, and the forms in which a trunk may want to be told it. */

/** `local`: as it is dialled in the trunk's country. */
export type NumberFormat = 'e164' | 'plain' | 'local'

/** The route whose prefix is the longest that the number begins with; undefined: nobody carries it. An empty prefix carries all. */
export function routeNumber<Route extends { readonly prefix: string }>(
  routes: readonly Route[],
  phone: string,
): Route | undefined {
  const digits = phone.replace(/\D/g, '')
  let best: Route | undefined
  for (const route of routes) {
    const prefix = route.prefix.replace(/\D/g, '')
    if (digits.startsWith(prefix) && (best === undefined || prefix.length > best.prefix.replace(/\D/g, '').length))
      best = route
  }
  return best
}
