/** What a call is made of besides its leg: the trunk with its credentials, the compiled scenario, the prompts, the recording's path. */
import { join } from 'node:path'
import {
  type ClaimedLeg,
  type Clock,
  formatForTrunk,
  type NumberFormat,
  type Telephony,
  type TrunkTarget,
} from '@dialwright/dialer'
import { compileScenario, type Scenario, type ScenarioDefinition } from '@dialwright/scenario'
import type { DialableTrunk, RecordingPlace } from './attempt-run.ts'
import { Conversation, type PlayItem } from './conversation.ts'

/** Reads of the store that the engine needs for a call. */
export type MaterialSource = {
  loadTrunk(
    trunkId: string,
  ): Promise<TrunkTarget & { readonly format: NumberFormat; readonly ringTimeoutMs: number | null }>
  loadScenario(versionId: string): Promise<ScenarioDefinition>
}
/** Sound by path, 8 kHz mono. */
export type AudioSource = { read(path: string): Promise<{ readonly samples: Int16Array }> }

type Deps = {
  readonly source: MaterialSource
  readonly audio: AudioSource
  readonly telephony: Telephony
  readonly clock: Clock
  readonly recordings: string
}

/** Scenarios in use at once; the oldest compiled one goes first. */
const maxScenarios = 200

export class CallMaterials {
  readonly #deps: Deps
  readonly #scenarios = new Map<string, Promise<Scenario>>()
  readonly #loaded = new Set<string>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Read anew for each call: a changed password or address takes effect at once. */
  async trunkFor(leg: ClaimedLeg): Promise<DialableTrunk> {
    const { format, ringTimeoutMs, ...target } = await this.#deps.source.loadTrunk(leg.trunkId)
    return { target, ringTimeoutMs, formatNumber: (phone) => formatForTrunk(phone, format) }
  }

  async conversationFor(leg: ClaimedLeg): Promise<Conversation> {
    const scenario = await this.#scenario(leg.scenarioVersionId)
    return new Conversation({
      legId: leg.legId,
      scenario,
      startBlock: leg.startBlock,
      variables: { ...leg.variables, phone: leg.phone, campaignName: leg.campaignName, attempt: leg.attemptNumber },
      telephony: this.#deps.telephony,
      clock: this.#deps.clock,
      prompts: { promptIdOf: (item) => this.#promptIdOf(item) },
    })
  }

  recordingOf(leg: ClaimedLeg): RecordingPlace {
    const name = `${leg.campaignId}/${leg.callId}.wav`
    return { file: join(this.#deps.recordings, name), name }
  }

  #promptIdOf(item: PlayItem): string | null {
    return 'audio' in item && this.#loaded.has(item.audio) ? item.audio : null
  }

  /** Compiles a version once, with everything that it may play loaded before its first call. */
  #scenario(versionId: string): Promise<Scenario> {
    const known = this.#scenarios.get(versionId)
    if (known !== undefined) return known
    const loading = this.#load(versionId)
    this.#scenarios.set(versionId, loading)
    loading.catch(() => this.#scenarios.delete(versionId))
    const oldest = this.#scenarios.keys().next().value
    if (this.#scenarios.size > maxScenarios && oldest !== undefined) this.#scenarios.delete(oldest)
    return loading
  }

  async #load(versionId: string): Promise<Scenario> {
    const definition = await this.#deps.source.loadScenario(versionId)
    for (const block of definition.blocks) {
      if (!('audio' in block) || block.audio === undefined || this.#loaded.has(block.audio)) continue
      const { samples } = await this.#deps.audio.read(block.audio)
      await this.#deps.telephony.loadPrompt({ promptId: block.audio, samples })
      this.#loaded.add(block.audio)
    }
    return compileScenario(definition)
  }
}
