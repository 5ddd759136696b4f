/** What a call is made of besides its leg: the trunk with its credentials, the compiled scenario, the prompts, the recording's path. */
import { join } from 'node:path'
import type { ClaimedLeg, Clock, NumberFormat, Telephony, Timer, TrunkTarget } from '@dialwright/dialer'
import { compileScenario, ringbackPath, type Scenario, type ScenarioDefinition, startRun } from '@dialwright/scenario'
import type { Logger } from 'pino'
import { formatForTrunk } from '../numbers/trunk-format.ts'
import { phrasesAhead } from '../speech/phrases-ahead.ts'
import type { Speech, SpeechVoice } from '../speech/speech.ts'
import type { Phrase } from '../speech/voices.ts'
import type { RecordingPlace } from './attempt-run.ts'
import { Conversation, type ConversationDeps, type PromptSource } from './conversation.ts'
import type { DialableTrunk } from './dialable-trunk.ts'
import type { OpenedScenario } from './hand-over/call-transfers.ts'
import { PromptShelf } from './prompt-shelf.ts'
import { type Speakers, SpokenPrompts } from './spoken-prompts.ts'

export type LoadedTrunk = TrunkTarget & {
  readonly format: NumberFormat
  /** Where it is: its workspace's country. */
  readonly country: string
  readonly ringTimeoutMs: number | null
}

/** Reads of the store that the engine needs for a call. */
export type MaterialSource = {
  /** With the credentials of the number that is shown, where it has its own on this trunk. */
  loadTrunk(trunkId: string, numberId: string | null): Promise<LoadedTrunk>
  loadScenario(versionId: string): Promise<ScenarioDefinition>
  /** The sounds of the version's workspace: path to the hash of the content. */
  loadSounds(versionId: string): Promise<ReadonlyMap<string, string>>
  /** The voices of the version's workspace, by name. */
  loadVoices(versionId: string): Promise<ReadonlyMap<string, SpeechVoice>>
}
type Samples = { readonly samples: Int16Array }
/** Sound, 8 kHz mono: a shipped one by its path, a workspace's own one by its content. */
export type AudioSource = { read(path: string): Promise<Samples>; readStored(hash: string): Promise<Samples> }

type Deps = {
  readonly source: MaterialSource
  readonly audio: AudioSource
  readonly speech: Speech
  readonly telephony: Telephony
  readonly clock: Clock
  readonly log: Logger
  readonly recordings: string
}

/** Scenarios in use at once; the oldest compiled one goes first. */
const maxScenarios = 200
/** A provider that does not answer must not hold a campaign up for ever: what is missing then is spoken when it is needed, or not. */
const constantsPatienceMs = 20_000
/** Before the INVITE: what is said first, and what may follow it. Most calls are not answered, so not more. */
const beforeTheCall = { states: 8, phrases: 2 }
/** While something is said there is time for what may follow. */
const duringTheCall = { states: 24, phrases: 6 }

export class CallMaterials {
  readonly #deps: Deps
  readonly #shelf: PromptShelf
  readonly #spoken: SpokenPrompts
  readonly #scenarios = new Map<string, Promise<Prepared>>()

  constructor(deps: Deps) {
    this.#deps = deps
    this.#shelf = new PromptShelf({ telephony: deps.telephony })
    this.#spoken = new SpokenPrompts({ speech: deps.speech, shelf: this.#shelf, clock: deps.clock, log: deps.log })
  }

  /** Read anew for each call: a changed password or address takes effect at once. */
  async trunkFor(leg: Pick<ClaimedLeg, 'trunkId' | 'numberId'>): Promise<DialableTrunk> {
    const { format, country, ringTimeoutMs, ...target } = await this.#deps.source.loadTrunk(leg.trunkId, leg.numberId)
    return { target, ringTimeoutMs, formatNumber: (phone) => formatForTrunk(phone, format, country) }
  }

  /**
   * Begins to speak what the call says first. Called when its slot is claimed, up to 200 ms before its instant: what is not ready then
   * goes on while it rings, because no INVITE leaves late for it.
   */
  prepare(leg: ClaimedLeg): void {
    this.#prepare(leg).catch((error) =>
      this.#deps.log.debug({ err: error, attemptId: leg.attemptId }, 'a call could not be prepared'),
    )
  }

  async conversationFor(
    leg: TalkingLeg,
    more: Pick<ConversationDeps, 'onOver' | 'transfers'> = {},
  ): Promise<Conversation> {
    return new Conversation({
      ...(await this.openScenario(leg.scenarioVersionId)),
      legId: leg.legId,
      startBlock: leg.startBlock,
      variables: variablesOf(leg),
      telephony: this.#deps.telephony,
      clock: this.#deps.clock,
      ...more,
    })
  }

  /** Has a version ready to be talked: compiled, its sounds handed to telephony. */
  async openScenario(scenarioVersionId: string): Promise<OpenedScenario> {
    // The sounds are asked for anew: one that was put in the place of another is heard from the next call on.
    const [prepared, sounds] = await Promise.all([
      this.#scenario(scenarioVersionId),
      this.#deps.source.loadSounds(scenarioVersionId),
    ])
    const speakers = await this.#speakers({ scenarioVersionId }, prepared)
    await Promise.all([
      ...prepared.paths.map((path) => this.#sound(path, sounds.get(path))),
      this.#speakConstants(prepared, speakers),
    ])
    return { scenario: prepared.scenario, prompts: this.#promptsOf(prepared, sounds, speakers) }
  }

  recordingOf(leg: ClaimedLeg): RecordingPlace {
    const name = `${leg.campaignId}/${leg.callId}.wav`
    return { file: join(this.#deps.recordings, name), name }
  }

  /** Of a call that came in. */
  inboundRecordingOf(numberId: string, callId: string): RecordingPlace {
    const name = `${numberId}/${callId}.wav`
    return { file: join(this.#deps.recordings, name), name }
  }

  #promptsOf(prepared: Prepared, sounds: ReadonlyMap<string, string>, speakers: Speakers): PromptSource {
    return {
      promptIdOf: (item, note) => {
        if ('text' in item) return this.#spoken.promptIdOf(item, speakers, note)
        const promptId = promptIdOf(item.audio, sounds.get(item.audio))
        // Taken back since the call began: handed over again.
        return this.#shelf.has(promptId)
          ? promptId
          : this.#sound(item.audio, sounds.get(item.audio)).then(() => promptId)
      },
      onStep: (step) => {
        if (!prepared.hasOwnPhrases) return
        void this.#spoken.prepare(phrasesAhead(prepared.scenario, step, duringTheCall), speakers)
      },
    }
  }

  async #prepare(leg: ClaimedLeg): Promise<void> {
    const prepared = await this.#scenario(leg.scenarioVersionId)
    if (!prepared.hasOwnPhrases) return
    const begun = startRun({
      definition: prepared.scenario,
      startBlockId: leg.startBlock,
      variables: variablesOf(leg),
    })
    const phrases = phrasesAhead(prepared.scenario, begun, beforeTheCall)
    await this.#spoken.prepare(phrases, await this.#speakers(leg, prepared))
  }

  /** Read anew for each call that names any: a changed voice speaks from the next one on. */
  async #speakers(leg: Pick<TalkingLeg, 'scenarioVersionId'>, { scenario, namesVoices }: Prepared): Promise<Speakers> {
    const voices = namesVoices ? await this.#deps.source.loadVoices(leg.scenarioVersionId) : new Map()
    return { language: scenario.definition.language, voices }
  }

  /** Once for each version, before its first call: phrases that are the same on every call. */
  #speakConstants(prepared: Prepared, speakers: Speakers): Promise<void> {
    prepared.constantsSpoken ??= this.#within(constantsPatienceMs, this.#spoken.prepare(prepared.constants, speakers))
    return prepared.constantsSpoken
  }

  async #within(ms: number, work: Promise<void>): Promise<void> {
    let timer: Timer | null = null
    const late = new Promise<void>((resolve) => {
      timer = this.#deps.clock.schedule(ms, resolve)
    })
    await Promise.race([work, late])
    ;(timer as Timer | null)?.cancel()
  }

  #sound(path: string, hash: string | undefined): Promise<void> {
    const { audio } = this.#deps
    return this.#shelf.put(promptIdOf(path, hash), async () => {
      const { samples } = await (hash === undefined ? audio.read(path) : audio.readStored(hash))
      return samples
    })
  }

  /** Compiles a version once. */
  #scenario(versionId: string): Promise<Prepared> {
    const known = this.#scenarios.get(versionId)
    if (known !== undefined) return known
    const loading = this.#deps.source.loadScenario(versionId).then(preparedFrom)
    this.#scenarios.set(versionId, loading)
    loading.catch(() => this.#scenarios.delete(versionId))
    const oldest = this.#scenarios.keys().next().value
    if (this.#scenarios.size > maxScenarios && oldest !== undefined) this.#scenarios.delete(oldest)
    return loading
  }
}

/** What a conversation needs to know of its leg. */
export type TalkingLeg = Pick<
  ClaimedLeg,
  'legId' | 'scenarioVersionId' | 'startBlock' | 'variables' | 'phone' | 'callerId' | 'campaignName' | 'attemptNumber'
>

type Prepared = {
  readonly scenario: Scenario
  /** Of the sounds that it may play. */
  readonly paths: readonly string[]
  /** Phrases without variables. */
  readonly constants: readonly Phrase[]
  /** Some phrases have variables: each call has its own. */
  readonly hasOwnPhrases: boolean
  readonly namesVoices: boolean
  /** Null: no call has asked for them yet. */
  constantsSpoken: Promise<void> | null
}

function preparedFrom(definition: ScenarioDefinition): Prepared {
  const scenario = compileScenario(definition)
  const paths = new Set<string>()
  const constants: Phrase[] = []
  let hasOwnPhrases = false
  let namesVoices = false
  for (const block of definition.blocks) {
    if (block.type === 'transfer') paths.add(ringbackPath)
    if (block.type !== 'say' && block.type !== 'menu' && block.type !== 'transfer') continue
    if (block.audio !== undefined) paths.add(block.audio)
    const phrase = block.text === undefined ? undefined : scenario.phrases.get(block.text)
    if (phrase === undefined) continue
    if (block.voice !== undefined) namesVoices = true
    if (scenario.phraseLanguage.variablesOf(phrase).length > 0) hasOwnPhrases = true
    else {
      const words = scenario.phraseLanguage.render(phrase, {})
      if ('text' in words) constants.push({ text: words.text, voice: block.voice, speed: block.speed })
    }
  }
  return { scenario, paths: [...paths], constants, hasOwnPhrases, namesVoices, constantsSpoken: null }
}

function variablesOf(leg: TalkingLeg): Readonly<Record<string, unknown>> {
  // Of a call that came in the last three are among its variables.
  const asDialled = { called: leg.phone, callerName: '', callerNumber: leg.callerId ?? '' }
  return {
    ...asDialled,
    ...leg.variables,
    phone: leg.phone,
    campaignName: leg.campaignName,
    attempt: leg.attemptNumber,
  }
}

/** Two workspaces may have different sounds at one path; a path begins with a slash, a hash never. */
function promptIdOf(path: string, hash: string | undefined): string {
  return hash ?? path
}
