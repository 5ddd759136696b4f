/** Whose ids a thing may carry beside its own (`externalIds`), and whose exports can be read. */
export const dialects = ['twin', 'yunfu', 'is74', 'omicall'] as const
export type Dialect = (typeof dialects)[number]
