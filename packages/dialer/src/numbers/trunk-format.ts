/** How a trunk wants to be told whom to call. */

export type NumberFormat = 'e164' | 'plain' | 'local'

/**
 * @param phone  E.164 with its plus sign, or a number as it was given (short numbers), which is left alone.
 * @returns `e164`: +79991234567; `plain`: 79991234567; `local`: the trunk's own country without its code is not known here, so the
 * plus sign gives way to 00.
 */
export function formatForTrunk(phone: string, format: NumberFormat): string {
  if (!phone.startsWith('+') || format === 'e164') return phone
  return format === 'plain' ? phone.slice(1) : `00${phone.slice(1)}`
}

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
