/** The hand-overs of one call, one after another: what a scenario asks for is found, told, and carried out. */
import type { TransferTarget } from '@dialwright/dialer'
import type { GivenTransferTarget, Scenario, TransferResult } from '@dialwright/scenario'
import type { PromptSource, TransferListener, Transfers } from '../conversation.ts'
import { type HandedCall, HandOver, type HandOverDeps } from './hand-over.ts'
import type { Redirection } from './transfer-source.ts'

/** Another scenario, ready to go on with on the same leg. */
export type OpenedScenario = { readonly scenario: Scenario; readonly prompts: PromptSource }

/** What hand-overs need besides what every call does. */
export type TransferParts = Pick<HandOverDeps, 'source' | 'newId'> & {
  readonly openScenario: (versionId: string) => Promise<OpenedScenario>
}

/** A call as its run knows it. */
export type TransferringCall = {
  readonly legId: string
  readonly callId: string
  readonly workspaceId: string
  readonly scenarioVersionId: string | null
  readonly attempt: Redirection['attempt']
  readonly way: HandedCall['way']
  /** Where a transfer to "campaign" goes, of an attempt; null: it hangs up. */
  readonly redirect: TransferTarget | null
  readonly ringTimeoutMs: number
  readonly maxDurationMs: number
}

type Deps = HandOverDeps &
  TransferParts & {
    readonly note: (at: Temporal.Instant, kind: string, more: Readonly<Record<string, unknown>>) => void
  }

export class CallTransfers implements Transfers {
  readonly #call: TransferringCall
  readonly #deps: Deps
  readonly #runs: Promise<void>[] = []
  readonly #handOvers: HandOver[] = []
  #answeredAt: Temporal.Instant | null = null
  #isCallOver = false
  #robotEndedAt: Temporal.Instant | null = null
  #hasOperatorHungUp = false

  constructor(call: TransferringCall, deps: Deps) {
    this.#call = call
    this.#deps = deps
  }

  /** When somebody else took the call; null: nobody has. */
  get robotEndedAt(): Temporal.Instant | null {
    return this.#robotEndedAt
  }

  /** The two have talked, and the other one has hung up: that we then did was his doing. */
  get hasOperatorHungUp(): boolean {
    return this.#hasOperatorHungUp
  }

  answered(at: Temporal.Instant): void {
    this.#answeredAt = at
  }

  begin(to: 'campaign' | GivenTransferTarget, listener: TransferListener): void {
    const run = this.#begin(to, listener).catch((error) => {
      this.#deps.log.warn({ err: error, callId: this.#call.callId }, 'a hand-over failed')
      this.#note('transfer-refused', { reason: error instanceof Error ? error.message : String(error) })
      this.#end(listener, 'failed')
    })
    this.#runs.push(run)
  }

  /** The call's own leg is over. Resolves when nobody rings or talks for it any more. */
  async callEnded(): Promise<void> {
    this.#isCallOver = true
    for (const handOver of this.#handOvers) handOver.callEnded()
    await Promise.all(this.#runs)
  }

  /** Resolves when the store knows every end, once `callEnded` has. */
  async stored(): Promise<void> {
    await Promise.all(this.#handOvers.map((handOver) => handOver.stored()))
  }

  async #begin(to: 'campaign' | GivenTransferTarget, listener: TransferListener): Promise<void> {
    const { source } = this.#deps
    const target = await (to === 'campaign' ? this.#call.redirect : source.resolveTarget(this.#call.workspaceId, to))
    // Asked for from within the machine's own turn: whatever is told comes on a later one.
    if (this.#isCallOver) return
    if (to === 'campaign' && this.#call.attempt === null) {
      this.#note('transfer-refused', { reason: 'a call that came in belongs to no campaign', to })
      return this.#end(listener, 'failed')
    }
    if (target === null && to === 'campaign') {
      this.#note('transfer-ended', { result: 'nobody' })
      return listener.ended('nobody')
    }
    if (target === null) {
      this.#note('transfer-refused', { reason: 'there is nothing of that name, or more than one', to })
      return this.#end(listener, 'failed')
    }
    this.#note('transfer', { target })
    if (target.to === 'scenario') return this.#goOn(target, listener)
    const { legId, callId, workspaceId, scenarioVersionId, way, ringTimeoutMs, maxDurationMs } = this.#call
    const endsAt = (this.#answeredAt ?? this.#deps.clock.now()).add({ milliseconds: maxDurationMs })
    const handOver = new HandOver(
      { legId, callId, workspaceId, scenarioVersionId, way, ringTimeoutMs, endsAt },
      this.#deps,
      {
        ringing: (phone) => {
          this.#tell(target, phone)
          listener.ringing()
        },
        answered: (at) => {
          this.#robotEndedAt ??= at
          listener.answered()
        },
        ended: (result, byOperator) => {
          this.#hasOperatorHungUp ||= byOperator
          this.#end(listener, result)
        },
        note: (kind, more, at) => this.#note(kind, more, at),
      },
    )
    this.#handOvers.push(handOver)
    await handOver.run(target)
  }

  async #goOn(target: Extract<TransferTarget, { to: 'scenario' }>, listener: TransferListener): Promise<void> {
    const versionId = await this.#deps.source.latestVersion(this.#call.workspaceId, target.scenarioId)
    if (versionId === null) return this.#end(listener, 'failed')
    const opened = await this.#deps.openScenario(versionId)
    if (this.#isCallOver) return
    this.#tell(target, null)
    listener.scenario(opened.scenario, opened.prompts)
  }

  /** Told, it goes on: nobody is kept waiting for it. */
  #tell(target: TransferTarget, phone: string | null): void {
    const { workspaceId, callId, attempt, way } = this.#call
    const numberId = attempt === null ? way.numberId : undefined
    this.#deps.source
      .tellRedirected({ workspaceId, callId, attempt, numberId, target, phone })
      .catch((error) => this.#deps.log.warn({ err: error, callId }, 'a hand-over could not be told'))
  }

  #end(listener: TransferListener, result: TransferResult): void {
    if (this.#isCallOver) return
    this.#note('transfer-ended', { result })
    listener.ended(result)
  }

  #note(kind: string, more: Readonly<Record<string, unknown>>, at = this.#deps.clock.now()): void {
    this.#deps.note(at, kind, more)
  }
}
