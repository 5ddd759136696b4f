/** What the engine reads from the store for one call: the trunk with its credentials, the scenario's version. */
import type { NumberFormat, TrunkTarget } from '@dialwright/dialer'
import type { ScenarioDefinition } from '@dialwright/scenario'
import type { SecretBox } from '../secrets/secret-box.ts'
import { type Pool, statement } from './pool.ts'

/** What trunk passwords are sealed for: a box of another purpose does not open here. */
export const trunkSecretPurpose = 'trunk'

type TrunkRow = Omit<TrunkTarget, 'password'> & {
  readonly passwordBox: Buffer | null
  readonly format: NumberFormat
  readonly country: string
  readonly ringTimeoutMs: number | null
}

const trunkRow = statement<TrunkRow>(
  'material-trunk',
  `select t.id as "trunkId", t.host, t.port, t.username, t.password_box as "passwordBox", t.from_domain as "fromDomain", t.codecs,
          t.format, w.country, t.ring_timeout_ms as "ringTimeoutMs"
     from trunk t join workspace w on w.id = t.workspace_id where t.id = $1`,
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

export class PostgresMaterialSource {
  readonly #pool: Pool
  readonly #secretBox: SecretBox

  constructor(deps: { readonly pool: Pool; readonly secretBox: SecretBox }) {
    this.#pool = deps.pool
    this.#secretBox = deps.secretBox
  }

  /** @throws {SecretError} when the password was sealed under a key that is not here. */
  async loadTrunk(trunkId: string): Promise<Omit<TrunkRow, 'passwordBox'> & { readonly password: string | null }> {
    const [row] = await trunkRow(this.#pool, [trunkId])
    if (row === undefined) throw new Error(`There is no trunk ${trunkId}.`)
    const { passwordBox, ...trunk } = row
    return { ...trunk, password: passwordBox === null ? null : this.#secretBox.open(passwordBox, trunkSecretPurpose) }
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
}
