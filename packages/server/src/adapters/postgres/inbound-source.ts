/** What calls that come in need of the store: the number that is called, its scenario, the lines that are kept registered. */
import type { Admission, IncomingCall, NodeLease, Registration, RegistrationState } from '@dialwright/dialer'
import { type CalledNumber, calledTexts, findNumber, keysOf } from '../../inbound/find-number.ts'
import type { InboundSource } from '../../inbound/inbound-source.ts'
import type { SecretBox } from '../secrets/secret-box.ts'
import { numberSecretPurpose, trunkSecretPurpose } from './material-source.ts'
import { type Pool, statement } from './pool.ts'

type CountryRow = { readonly country: string }
type LineRow = {
  readonly lineId: string
  readonly isNumber: boolean
  readonly trunkId: string
  readonly host: string
  readonly port: number
  readonly fromDomain: string | null
  readonly codecs: readonly ('pcma' | 'pcmu')[]
  readonly user: string
  readonly username: string
  readonly passwordBox: Buffer
  readonly everySeconds: number
}

/** A number with credentials on a trunk that says nothing of how often. */
const defaultRegisterSeconds = 300

const countries = statement<CountryRow>(
  'inbound-countries',
  'select distinct w.country from trunk t join workspace w on w.id = t.workspace_id where t.id = any ($1::uuid[])',
)
const calledColumns = `n.id as "numberId", n.workspace_id as "workspaceId", n.trunk_id as "trunkId", n.name, n.phone, w.country,
  n.inbound as rule, n.valid_from as "validFrom", n.valid_until as "validUntil"`
const calledNumbers = statement<CalledNumber>(
  'inbound-called',
  `select ${calledColumns} from phone_number n join workspace w on w.id = n.workspace_id
    where n.trunk_id = any ($1::uuid[])
      and (n.id = $2 or n.phone_key = any ($3::text[]) or n.inbound ->> 'did' = any ($4::text[]))
    order by n.login is not null and n.password_box is not null, n.id limit 100`,
)
// Whether there is one alone is all that is asked.
const numbersOfTrunk = statement<CalledNumber>(
  'inbound-of-trunk',
  `select ${calledColumns} from phone_number n join workspace w on w.id = n.workspace_id where n.trunk_id = $1 order by n.id limit 2`,
)
const latestVersion = statement<{ readonly versionId: string; readonly startBlocks: readonly string[] }>(
  'inbound-version',
  `select id as "versionId", array(select b ->> 'id' from jsonb_array_elements(definition -> 'startBlocks') b) as "startBlocks"
     from scenario_version where workspace_id = $1 and scenario_id = $2 order by number desc limit 1`,
)
const wanted = `
  select t.id as line_id, false as is_number, t.workspace_id, t.id as trunk_id, t.username as login, t.username as auth,
         t.password_box, t.from_domain, t.register_every_seconds as every
    from trunk t where t.register_every_seconds is not null and t.username is not null and t.password_box is not null
  union all
  select n.id, true, n.workspace_id, t.id, n.login, coalesce(n.auth_username, n.login), n.password_box,
         coalesce(n.from_domain, t.from_domain), coalesce(t.register_every_seconds, ${defaultRegisterSeconds})
    from phone_number n join trunk t on t.id = n.trunk_id
   where n.login is not null and n.password_box is not null
     and (n.valid_from is null or n.valid_from <= dw_clock()) and (n.valid_until is null or n.valid_until > dw_clock())`
// A line whose node has lost its lease, or has begun anew, is anybody's; whoever asks first takes it. The same node has it
// registered still, and is told nothing new of it: what was known stays.
const takeLines = statement(
  'inbound-take-lines',
  `insert into line_registration as r (line_id, workspace_id, node, epoch, changed_at)
   select w.line_id, w.workspace_id, n.node, n.epoch, dw_clock()
     from (${wanted}) w join dialer_node n on n.node = $1 and n.epoch = $2 and n.expires_at > dw_clock()
    order by w.line_id
   on conflict (line_id) do update
      set node = excluded.node, epoch = excluded.epoch, changed_at = excluded.changed_at,
          state = case when r.node = excluded.node then r.state else 'pending' end,
          until = case when r.node = excluded.node then r.until end,
          sip_code = case when r.node = excluded.node then r.sip_code end,
          message = case when r.node = excluded.node then r.message else '' end
    where not exists (select from dialer_node h where h.node = r.node and h.epoch = r.epoch and h.expires_at > dw_clock())`,
)
const releaseLines = statement('inbound-release-lines', 'delete from line_registration where node = $1 and epoch = $2')
const dropLines = statement(
  'inbound-drop-lines',
  `delete from line_registration r where not exists (select from (${wanted}) w where w.line_id = r.line_id)`,
)
const ownLines = statement<LineRow>(
  'inbound-own-lines',
  `select w.line_id as "lineId", w.is_number as "isNumber", t.id as "trunkId", t.host, t.port, w.from_domain as "fromDomain", t.codecs,
          w.login as user, w.auth as username, w.password_box as "passwordBox", w.every as "everySeconds"
     from (${wanted}) w join line_registration r on r.line_id = w.line_id join trunk t on t.id = w.trunk_id
    where r.node = $1 and r.epoch = $2 order by w.line_id`,
)
const storeState = statement(
  'inbound-line-state',
  `update line_registration set state = $4, until = $5, sip_code = $6, message = $7, changed_at = $8
    where line_id = $1 and node = $2 and epoch = $3`,
)
const unreadable = 'Not registered: its password was sealed under a key that is not here. Give the password again.'
const noteUnreadable = statement(
  'inbound-line-unreadable',
  `update line_registration set state = 'refused', until = null, sip_code = null, message = $4, changed_at = dw_clock()
    where line_id = $1 and node = $2 and epoch = $3 and message <> $4`,
)
const admissions = statement<Admission>(
  'inbound-admissions',
  'select id as "trunkId", host, port from trunk order by id',
)

export class PostgresInboundSource implements InboundSource {
  readonly #pool: Pool
  readonly #secretBox: SecretBox

  constructor(deps: { readonly pool: Pool; readonly secretBox: SecretBox }) {
    this.#pool = deps.pool
    this.#secretBox = deps.secretBox
  }

  async calledNumber(call: IncomingCall): Promise<CalledNumber | null> {
    const texts = calledTexts(call, false)
    const homes = await countries(this.#pool, [call.trunkIds])
    const keys = texts.flatMap((text) => homes.flatMap(({ country }) => keysOf(text, country)))
    const dids = texts.flatMap((text) => [text, text.replace(/^\+/, ''), `+${text.replace(/^\+/, '')}`])
    const found = await calledNumbers(this.#pool, [call.trunkIds, call.lineId, [...new Set(keys)], [...new Set(dids)]])
    const number = findNumber(call, found)
    if (number !== null || call.lineId === null || !call.trunkIds.includes(call.lineId)) return number
    return findNumber(call, await numbersOfTrunk(this.#pool, [call.lineId]))
  }

  async latestVersion(workspaceId: string, scenarioId: string) {
    const [row] = await latestVersion(this.#pool, [workspaceId, scenarioId])
    return row ?? null
  }

  async ownLines(lease: NodeLease): Promise<readonly Registration[]> {
    await dropLines(this.#pool)
    await takeLines(this.#pool, [lease.node, lease.epoch])
    const rows = await ownLines(this.#pool, [lease.node, lease.epoch])
    const lines: Registration[] = []
    for (const { lineId, isNumber, user, username, passwordBox, everySeconds, ...trunk } of rows) {
      const password = this.#opened(passwordBox, isNumber ? numberSecretPurpose : trunkSecretPurpose)
      if (password === null) await noteUnreadable(this.#pool, [lineId, lease.node, lease.epoch, unreadable])
      else lines.push({ lineId, user, username, password, everySeconds, trunk: { ...trunk, username, password } })
    }
    return lines
  }

  async releaseLines(lease: NodeLease): Promise<void> {
    await releaseLines(this.#pool, [lease.node, lease.epoch])
  }

  /** One password that was sealed under another key keeps no other line from being registered. */
  #opened(box: Buffer, purpose: string): string | null {
    try {
      return this.#secretBox.open(box, purpose)
    } catch {
      return null
    }
  }

  async storeState(lease: NodeLease, { lineId, state, until, sipCode, message, at }: RegistrationState): Promise<void> {
    const text = message.toWellFormed().replaceAll('\0', '\uFFFD')
    await storeState(this.#pool, [lineId, lease.node, lease.epoch, state, until, sipCode, text, at])
  }

  admissions(): Promise<readonly Admission[]> {
    return admissions(this.#pool)
  }
}
