/** Checks a provisioning document, or applies it in one transaction: all of it or nothing, and a second time nothing changes. */
import type { Principal } from '../access/authenticate.ts'
import { hashPassword, verifyPassword } from '../access/passwords.ts'
import { type Queryable, repeatableTransaction, statement } from '../adapters/postgres/pool.ts'
import { uuidV7 } from '../adapters/system/uuid-v7.ts'
import { AudioLibrary, storeAudio } from '../audio/library.ts'
import type { ServerDeps } from '../deps.ts'
import { checkAuthority } from './authority.ts'
import { ProvisioningError, type ProvisioningProblem, type Report } from './errors.ts'
import { readForeign } from './foreign.ts'
import { type Identities, identify } from './identify.ts'
import { findWorkspace, type Inventory, readInventory } from './inventory.ts'
import { type Action, type Note, type Plan, planProvisioning } from './plan.ts'
import { type Drafts, readDocument } from './read.ts'
import { checkReferences, References } from './references.ts'
import type { WorkspaceItem } from './schema/workspace.ts'
import type { SectionName } from './schema.ts'
import { readSounds, type SoundContent } from './sounds.ts'
import type { Context } from './values.ts'
import { checkWhole } from './whole.ts'
import { writePlan } from './write.ts'

export type ProvisioningOptions = {
  /** Where relative files of the document begin. Absent: it comes from elsewhere, and no file of this machine is read for it. */
  readonly baseDirectory?: string | undefined
  /** Who asks over the API: the document speaks of their workspace. Absent: whoever has the machine, for any workspace. */
  readonly asker?: Principal | undefined
}
export type ProvisioningReport = {
  readonly workspaceId: string
  readonly created: number
  readonly changed: number
  readonly left: number
  readonly items: readonly {
    readonly path: string
    readonly section: SectionName | 'workspace'
    readonly name: string
    readonly id: string
    readonly action: Action
    /** Fields that change. */
    readonly fields: readonly string[]
  }[]
  /** Secrets that are not in the document and not here either. */
  readonly needs: readonly Note[]
  readonly notes: readonly Note[]
}

/** Passwords that one document may set: each costs 64 MiB and a good part of a second. Over the API others wait meanwhile. */
const mostPasswords = { fromHere: 200, overTheApi: 20 } as const
/** Mistakes that are told: whoever has more has one that makes the others. */
const mostProblems = 1_000
/** Any constant that nothing else in the database locks: one document at a time, so that each sees what the last has done. */
const turn = statement('provisioning-turn', 'select pg_advisory_xact_lock(7235419170118822255)')
/** As who changes owners over the API does: two changes that each leave the other owner would leave none. */
const hold = statement('provisioning-hold', 'select from workspace where id = $1 for no key update')

/**
 * What applying would do; nothing is written.
 * @throws {ProvisioningError} `PROVISIONING_INVALID` with every mistake.
 */
export async function checkProvisioning(
  deps: ServerDeps,
  document: unknown,
  options: ProvisioningOptions = {},
): Promise<ProvisioningReport> {
  return reportOf(await prepare(deps, document, options, false).then((prepared) => prepared.plan))
}

/** @throws {ProvisioningError} `PROVISIONING_INVALID` with every mistake; nothing is changed then. */
export async function applyProvisioning(
  deps: ServerDeps,
  document: unknown,
  options: ProvisioningOptions = {},
): Promise<ProvisioningReport> {
  const prepared = await prepare(deps, document, options, true)
  // Named after their content, so that one too many does no harm, and one that was lost is there again.
  for (const { bytes } of prepared.sounds.values()) await storeAudio(deps.dataDirectory, bytes)
  const plan = await repeatableTransaction(deps.pool, async (client) => {
    await turn(client)
    if (options.asker !== undefined) await hold(client, [options.asker.workspaceId])
    const problems = new Problems()
    // Looked at anew: something may have changed since, and now nothing does.
    const plan = await planNow(deps, client, prepared, options, problems)
    const workspaceId = plan.workspace.values.id
    const actor = options.asker ?? { workspaceId, userId: null, tokenId: null }
    const write = { deps, client, workspaceId, actor, newId: () => uuidV7(deps.clock, deps.random) }
    await writePlan(write, plan, problems.report)
    problems.throwIfAny()
    return plan
  })
  const report = reportOf(plan)
  if (report.created + report.changed > 0) deps.onChange()
  return report
}

class Problems {
  readonly #problems: ProvisioningProblem[] = []

  readonly report: Report = (path, code, message) => {
    if (this.#problems.length >= mostProblems) return
    // A reference that cannot be read leads nowhere either: that it cannot be read is enough.
    const isTold = this.#problems.some((one) => one.path === path && (one.message === message || code === 'unknown'))
    if (!isTold) this.#problems.push({ path, code, message })
  }

  throwIfAny(): void {
    if (this.#problems.length > 0) throw new ProvisioningError(this.#problems)
  }
}

type Readable = { readonly workspace: WorkspaceItem; readonly drafts: Drafts }
type Prepared = {
  readonly readable: Readable
  readonly sounds: ReadonlyMap<string, SoundContent>
  /** Login to hash. */
  readonly passwordHashes: ReadonlyMap<string, string>
}

/** Everything that is slow or looks at files; all mistakes of the document are told together. */
async function prepare(
  deps: ServerDeps,
  document: unknown,
  options: ProvisioningOptions,
  isToBeWritten: boolean,
): Promise<Prepared & { readonly plan: Plan }> {
  const problems = new Problems()
  const { workspace, drafts } = readDocument(document, problems.report)
  const sounds = await readSounds(drafts.audio, options.baseDirectory ?? null, problems.report)
  const passwords = drafts.users.filter(({ raw }) => typeof raw.password === 'string').length
  const most = options.asker === undefined ? mostPasswords.fromHere : mostPasswords.overTheApi
  if (passwords > most)
    problems.report('/users', 'invalid', `expected at most ${most} passwords in one document: split it`)
  const survey = await surveyOf(deps, deps.pool, { workspace, drafts }, sounds, options, problems.report)
  problems.throwIfAny()
  // Without a workspace there was a problem.
  if (workspace === null) throw new ProvisioningError([])
  const passwordHashes = await hashesOf(deps, drafts, survey, isToBeWritten)
  const prepared = { readable: { workspace, drafts }, sounds, passwordHashes }
  const plan = planOf(deps, prepared, survey)
  checkAuthority(plan, survey.inventory, options.asker ?? null, problems.report)
  problems.throwIfAny()
  return { ...prepared, plan }
}

async function planNow(
  deps: ServerDeps,
  on: Queryable,
  prepared: Prepared,
  options: ProvisioningOptions,
  problems: Problems,
): Promise<Plan> {
  const survey = await surveyOf(deps, on, prepared.readable, prepared.sounds, options, problems.report)
  problems.throwIfAny()
  const plan = planOf(deps, prepared, survey)
  checkAuthority(plan, survey.inventory, options.asker ?? null, problems.report)
  problems.throwIfAny()
  return plan
}

type Survey = {
  readonly workspaceId: string
  readonly inventory: Inventory
  readonly identities: Identities
  readonly references: References
}

/** Holds the document against what is there, and reports what does not fit. */
async function surveyOf(
  deps: ServerDeps,
  on: Queryable,
  { workspace, drafts }: { readonly workspace: WorkspaceItem | null; readonly drafts: Drafts },
  sounds: ReadonlyMap<string, SoundContent>,
  { asker }: ProvisioningOptions,
  report: Report,
): Promise<Survey> {
  const newId = (): string => uuidV7(deps.clock, deps.random)
  const named = asker === undefined && workspace !== null ? await findWorkspace(on, workspace.name) : null
  const workspaceId = asker?.workspaceId ?? named ?? newId()
  const inventory = await readInventory(on, workspaceId)
  const own = inventory.workspace?.name
  if (asker !== undefined && workspace !== null && workspace.name !== own)
    report('/workspace/name', 'forbidden', `expected "${own}": a document over the API speaks of the asker's workspace`)
  const identities = identify(drafts, inventory, await readForeign(on, workspaceId, drafts), newId, report)
  const references = new References(drafts, identities, inventory)
  checkReferences(drafts, references, report)
  const audio = [
    ...new AudioLibrary(deps.dataDirectory).paths(),
    ...inventory.rows.audio.map(({ values }) => values.path),
    ...drafts.audio.flatMap(({ key }) => key ?? []),
  ]
  const silent: Report = () => {}
  checkWhole(
    drafts,
    inventory,
    identities,
    audio,
    (section, reference) => references.find(section, reference, '', silent),
    report,
  )
  for (const draft of drafts.audio)
    if (draft.value?.file === null && identities.get(draft)?.row === null && !sounds.has(draft.value.path))
      report(`${draft.path}/file`, 'unknown', 'there is no such sound here yet: give the file, or its content')
  return { workspaceId, inventory, identities, references }
}

function planOf(deps: ServerDeps, { readable, sounds, passwordHashes }: Prepared, survey: Survey): Plan {
  const { workspaceId, inventory, identities, references } = survey
  const unchecked = (what: string): never => {
    throw new Error(`${what} was not checked before the plan`)
  }
  const context: Context = {
    refer: (section, reference) =>
      references.find(section, reference, '', () => {}) ?? unchecked(`the reference ${JSON.stringify(reference)}`),
    passwordHash: (login) => passwordHashes.get(login) ?? unchecked(`the password of ${login}`),
    unknownToken: () => Buffer.from(deps.random.bytes(32)).toString('hex'),
    sealed: (password, box, purpose) => sealed(deps, password, box, purpose),
    sound: (path) => {
      const { sha256, sizeBytes, durationMs } = sounds.get(path) ?? unchecked(`the sound ${path}`)
      return { sha256, sizeBytes, durationMs }
    },
  }
  return planProvisioning(readable, workspaceId, inventory, identities, context)
}

/** The box as it is where it holds this password: what has not changed is not written. */
function sealed({ secretBox }: ServerDeps, password: string, box: string | null, purpose: string): string {
  try {
    if (box !== null && secretBox.open(Buffer.from(box, 'hex'), purpose) === password) return box
  } catch {
    // Sealed under a key that is gone, or damaged: the password that is given mends it.
  }
  return secretBox.seal(password, purpose).toString('hex')
}

/** Of each login: the hash that is there where the password is equal; else a new one, which only writing needs. */
async function hashesOf(
  deps: ServerDeps,
  drafts: Drafts,
  { identities }: Survey,
  isToBeWritten: boolean,
): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>()
  for (const draft of drafts.users) {
    if (draft.value === null) continue
    const { login, password } = draft.value
    const values = identities.get(draft)?.row?.values
    const known = values !== undefined && 'passwordHash' in values ? values.passwordHash : null
    if (password === null && known !== null) hashes.set(login, known)
    else if (password !== null && known !== null && (await verifyPassword(password, known))) hashes.set(login, known)
    else if (!isToBeWritten) hashes.set(login, 'another')
    else hashes.set(login, await hashPassword(password ?? unknownPassword(deps), deps.random))
  }
  return hashes
}

/** Of somebody who cannot log in until a password is given. */
function unknownPassword({ random }: ServerDeps): string {
  return Buffer.from(random.bytes(32)).toString('base64')
}

function reportOf({ workspace, items, needs, notes }: Plan): ProvisioningReport {
  const { values, action, fields } = workspace
  const all = [
    { path: '/workspace', section: 'workspace' as const, name: values.name, id: values.id, action, fields },
    ...items.map(({ path, section, key, id, action, fields }) => ({ path, section, name: key, id, action, fields })),
  ]
  const count = (wanted: Action): number => all.filter((item) => item.action === wanted).length
  return {
    workspaceId: values.id,
    created: count('create'),
    changed: count('change'),
    left: count('leave'),
    items: all,
    needs,
    notes,
  }
}
