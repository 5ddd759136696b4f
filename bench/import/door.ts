/** The door that an import goes through: the list is streamed in, then its progress is asked until it is done. */
import { createReadStream } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { BenchServer } from '../harness/server.ts'

const pollMs = 100
const deadlineMs = 30 * 60_000

type ShownImport = { readonly id: string; readonly state: string; readonly error: string | null }
/** States of a list that is on its way. */
const underWay: readonly string[] = ['receiving', 'waiting', 'running']

/** @throws {Error} when the server refuses the list, or the import ends otherwise than done. */
export async function importOverHttp(server: BenchServer, campaignId: string, file: string): Promise<void> {
  const path = `/dialwright/v1/campaigns/${campaignId}/imports`
  const response = await fetch(`${server.address}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'text/csv' },
    body: ReadableStream.from(createReadStream(file)),
    duplex: 'half',
  })
  const text = await response.text()
  if (response.status === 404) throw new Error('this server has no imports')
  if (!response.ok) throw new Error(`the import was refused with ${response.status}: ${text.slice(0, 500)}`)
  const { id }: ShownImport = JSON.parse(text)
  for (const startedMs = performance.now(); performance.now() - startedMs < deadlineMs; ) {
    const now = await server.api.get<ShownImport>(`/dialwright/v1/imports/${id}`)
    if (now.state === 'done') return
    if (!underWay.includes(now.state)) throw new Error(`the import ended as ${now.state}: ${now.error}`)
    await pause(pollMs)
  }
  throw new Error('the import took longer than half an hour')
}
