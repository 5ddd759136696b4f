/** What the engine reads from the store for one call: the trunk with its credentials, the scenario's version. */
import type { NumberFormat, TrunkTarget } from '@dialwright/dialer'
import type { ScenarioDefinition } from '@dialwright/scenario'
import type { SpeechVoice } from '../../speech/speech.ts'
import type { SecretBox } from '../secrets/secret-box.ts'
import { type Pool, statement } from './pool.ts'

/** What trunk passwords are sealed for: a box of another purpose does not open here. */
export const trunkSecretPurpose = 'trunk'
/** The same of numbers' own passwords. */
export const numberSecretPurpose = 'number'

type TrunkRow = Omit<TrunkTarget, 'password'> & {
  readonly passwordBox: Buffer | null
  /** The credentials are those of the number that is shown. */
  readonly isNumbers: boolean
  readonly format: NumberFormat
  readonly country: string
  readonly ringTimeoutMs: number | null
}

const trunkRow = statement<TrunkRow>(
  'material-trunk',
  `select t.id as "trunkId", t.host, t.port, t.codecs, t.format, w.country, t.ring_timeout_ms as "ringTimeoutMs",
          case when n.id is null then t.username else coalesce(n.auth_username, n.login) end as username,
          case when n.id is null then t.password_box else n.password_box end as "passwordBox", n.id is not null as "isNumbers",
          coalesce(n.from_domain, t.from_domain) as "fromDomain"
     from trunk t join workspace w on w.id = t.workspace_id
     left join phone_number n on n.id = $2 and n.trunk_id = t.id and n.login is not null and n.password_box is not null
    where t.id = $1`,
)
const versionRow = statement<{ readonly definition: ScenarioDefinition }>(
  'material-scenario',
  'select definition from scenario_version where id = $1',
)
const soundRows = statement<{ readonly path: string; readonly sha256: string }>(
  'material-sounds',
  `select a.path, encode(a.sha256, 'hex') as sha256
     from scenario_version v join audio a on a.workspace_id = v.workspace_id where v.id = $1`,
)
/** Names behind the vendors' ids: where one is both, the name counts. */
const voiceRows = statement<SpeechVoice & { readonly name: string }>(
  'material-voices',
  `select o.name, o.provider, o.voice, o.language, o.speed, 1 as rank
     from scenario_version v join voice o on o.workspace_id = v.workspace_id where v.id = $1
   union all
   select x.external_id, o.provider, o.voice, o.language, o.speed, 0
     from scenario_version v join voice o on o.workspace_id = v.workspace_id
     join external_id x on x.workspace_id = o.workspace_id and x.kind = 'voice' and x.resource_id = o.id where v.id = $1
   order by rank`,
)

export class PostgresMaterialSource {
  readonly #pool: Pool
  readonly #secretBox: SecretBox

  constructor(deps: { readonly pool: Pool; readonly secretBox: SecretBox }) {
    this.#pool = deps.pool
    this.#secretBox = deps.secretBox
  }

  /** @throws {SecretError} when the password was sealed under a key that is not here. */
  async loadTrunk(
    trunkId: string,
    numberId: string | null = null,
  ): Promise<Omit<TrunkRow, 'passwordBox' | 'isNumbers'> & { readonly password: string | null }> {
    const [row] = await trunkRow(this.#pool, [trunkId, numberId])
    if (row === undefined) throw new Error(`There is no trunk ${trunkId}.`)
    const { passwordBox, isNumbers, ...trunk } = row
    const purpose = isNumbers ? numberSecretPurpose : trunkSecretPurpose
    return { ...trunk, password: passwordBox === null ? null : this.#secretBox.open(passwordBox, purpose) }
  }

  /** The definition was validated when the version was made. */
  async loadScenario(versionId: string): Promise<ScenarioDefinition> {
    const [row] = await versionRow(this.#pool, [versionId])
    if (row === undefined) throw new Error(`There is no scenario version ${versionId}.`)
    return row.definition
  }

  /** The sounds of the version's workspace: path to SHA-256, hex. They take the place of shipped ones. */
  async loadSounds(versionId: string): Promise<ReadonlyMap<string, string>> {
    const rows = await soundRows(this.#pool, [versionId])
    return new Map(rows.map(({ path, sha256 }) => [path, sha256]))
  }

  /** The voices of the version's workspace, by name and by the ids that they have at vendors. */
  async loadVoices(versionId: string): Promise<ReadonlyMap<string, SpeechVoice>> {
    const rows = await voiceRows(this.#pool, [versionId])
    return new Map(
      rows.map(({ name, provider, voice, language, speed }) => [name, { provider, voice, language, speed }]),
    )
  }
}
