/** What a call is made of besides its leg: the trunk with its credentials, the compiled scenario, the prompts, the recording's path. */
import { join } from 'node:path'
import type { ClaimedLeg, Clock, NumberFormat, Telephony, TrunkTarget } from '@dialwright/dialer'
import { compileScenario, type Scenario, type ScenarioDefinition } from '@dialwright/scenario'
import { formatForTrunk } from '../numbers/trunk-format.ts'
import type { DialableTrunk, RecordingPlace } from './attempt-run.ts'
import { Conversation } from './conversation.ts'

export type LoadedTrunk = TrunkTarget & {
  readonly format: NumberFormat
  /** Where it is: its workspace's country. */
  readonly country: string
  readonly ringTimeoutMs: number | null
}

/** Reads of the store that the engine needs for a call. */
export type MaterialSource = {
  loadTrunk(trunkId: string): Promise<LoadedTrunk>
  loadScenario(versionId: string): Promise<ScenarioDefinition>
  /** The sounds of the version's workspace: path to the hash of the content. */
  loadSounds(versionId: string): Promise<ReadonlyMap<string, string>>
}
type Samples = { readonly samples: Int16Array }
/** Sound, 8 kHz mono: a shipped one by its path, a workspace's own one by its content. */
export type AudioSource = { read(path: string): Promise<Samples>; readStored(hash: string): Promise<Samples> }

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
  readonly #scenarios = new Map<string, Promise<Prepared>>()
  /** By prompt id. */
  readonly #prompts = new Map<string, Promise<void>>()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Read anew for each call: a changed password or address takes effect at once. */
  async trunkFor(leg: ClaimedLeg): Promise<DialableTrunk> {
    const { format, country, ringTimeoutMs, ...target } = await this.#deps.source.loadTrunk(leg.trunkId)
    return { target, ringTimeoutMs, formatNumber: (phone) => formatForTrunk(phone, format, country) }
  }

  async conversationFor(leg: ClaimedLeg): Promise<Conversation> {
    // The sounds are asked for anew: one that was put in the place of another is heard from the next call on.
    const [{ scenario, paths }, sounds] = await Promise.all([
      this.#scenario(leg.scenarioVersionId),
      this.#deps.source.loadSounds(leg.scenarioVersionId),
    ])
    await Promise.all(paths.map((path) => this.#prompt(path, sounds.get(path))))
    return new Conversation({
      legId: leg.legId,
      scenario,
      startBlock: leg.startBlock,
      variables: { ...leg.variables, phone: leg.phone, campaignName: leg.campaignName, attempt: leg.attemptNumber },
      telephony: this.#deps.telephony,
      clock: this.#deps.clock,
      prompts: { promptIdOf: (item) => ('audio' in item ? promptIdOf(item.audio, sounds.get(item.audio)) : null) },
    })
  }

  recordingOf(leg: ClaimedLeg): RecordingPlace {
    const name = `${leg.campaignId}/${leg.callId}.wav`
    return { file: join(this.#deps.recordings, name), name }
  }

  /** Hands a sound over once, before the first call that may play it. */
  #prompt(path: string, hash: string | undefined): Promise<void> {
    const promptId = promptIdOf(path, hash)
    const known = this.#prompts.get(promptId)
    if (known !== undefined) return known
    const loading = this.#loadPrompt(promptId, path, hash)
    this.#prompts.set(promptId, loading)
    loading.catch(() => this.#prompts.delete(promptId))
    return loading
  }

  async #loadPrompt(promptId: string, path: string, hash: string | undefined): Promise<void> {
    const { audio, telephony } = this.#deps
    const { samples } = await (hash === undefined ? audio.read(path) : audio.readStored(hash))
    await telephony.loadPrompt({ promptId, samples })
  }

  /** Compiles a version once. */
  #scenario(versionId: string): Promise<Prepared> {
    const known = this.#scenarios.get(versionId)
    if (known !== undefined) return known
    const loading = this.#load(versionId)
    this.#scenarios.set(versionId, loading)
    loading.catch(() => this.#scenarios.delete(versionId))
    const oldest = this.#scenarios.keys().next().value
    if (this.#scenarios.size > maxScenarios && oldest !== undefined) this.#scenarios.delete(oldest)
    return loading
  }

  async #load(versionId: string): Promise<Prepared> {
    const definition = await this.#deps.source.loadScenario(versionId)
    const paths = definition.blocks.flatMap((block) => ('audio' in block ? (block.audio ?? []) : []))
    return { scenario: compileScenario(definition), paths: [...new Set(paths)] }
  }
}

type Prepared = {
  readonly scenario: Scenario
  /** Of the sounds that it may play. */
  readonly paths: readonly string[]
}

/** Two workspaces may have different sounds at one path; a path begins with a slash, a hash never. */
function promptIdOf(path: string, hash: string | undefined): string {
  return hash ?? path
}
