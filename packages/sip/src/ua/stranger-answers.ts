/**
 * 2xx to INVITEs that nobody here remembers: given up, or sent by a process that has died. Somebody has picked up and hears
 * nothing, so each is ACKed and ended by BYE (RFC 3261 §13.2.2.4).
 */
import { Dialog } from '../dialog/dialog.ts'
import { header, type SipRequest, type SipResponse } from '../message/message.ts'
import { parseNameAddress } from '../message/uri.ts'
import { transactionTimeoutMs } from '../transaction/timers.ts'
import type { Peer } from '../transport/udp.ts'
import { type Core, sendAck, sendInDialog } from './core.ts'

/** More than that at once is an attack or a storm: the rest repeat their 2xx and come later. */
const maxStrangers = 1_000

export class StrangerAnswers {
  readonly #core: Core
  readonly #known = new Map<string, { readonly dialog: Dialog; readonly timer: { cancel(): void } }>()

  constructor(core: Core) {
    this.#core = core
  }

  end(response: SipResponse, source: Peer): void {
    const key = `${header(response, 'Call-ID')}|${header(response, 'To')}`
    const known = this.#known.get(key)
    if (known !== undefined) return sendAck(this.#core, known.dialog, response)
    if (this.#known.size >= maxStrangers) return
    const uri = parseNameAddress(header(response, 'Contact') ?? header(response, 'To') ?? '').uri
    const invite: SipRequest = { kind: 'request', method: 'INVITE', uri, headers: response.headers, body: '' }
    // Answers go to where the 2xx came from, whatever its Contact says: a forged one must not make us write to third parties.
    const dialog = Dialog.ofResponse(invite, response, source, null).pinned()
    sendAck(this.#core, dialog, response)
    sendInDialog(this.#core, dialog, 'BYE', [], '', { onResponse: () => {}, onFailure: () => {} })
    const timer = this.#core.clock.schedule(transactionTimeoutMs, () => this.#known.delete(key))
    this.#known.set(key, { dialog, timer })
  }

  close(): void {
    for (const { timer } of this.#known.values()) timer.cancel()
    this.#known.clear()
  }
}
