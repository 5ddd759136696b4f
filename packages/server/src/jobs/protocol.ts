/** What main and the jobs process say to each other. */

export type JobsStart = {
  readonly databaseUrl: string
  readonly nodeName: string
  readonly logLevel: string
  readonly batchRows?: number | undefined
}
export type JobsMessage = { readonly type: 'contacts-changed' }
