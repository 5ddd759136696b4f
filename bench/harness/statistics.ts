/** Median, quantile and spread of a handful of figures. */

/** The middle value; of an even count the mean of the two in the middle. NaN: there are none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** The least value that at least `share` of all values do not exceed (nearest rank); NaN: there are none. */
export function quantile(values: readonly number[] | Float64Array, share: number): number {
  const sorted = Float64Array.from(values).toSorted()
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN
}

/** Greatest over least: 1 when all are equal; infinite when the least is not above zero. */
export function spread(values: readonly number[]): number {
  const least = Math.min(...values)
  return least > 0 ? Math.max(...values) / least : Number.POSITIVE_INFINITY
}
