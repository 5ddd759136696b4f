/** Where each section of the document is kept, and each of its fields that a column holds. */
import type { SectionName } from './schema.ts'

/** Field of the values, column, and how it is kept where that is not as it stands. */
type Column = readonly [field: string, column: string, as?: 'json' | 'hex']

export const tables: Readonly<Record<SectionName, { readonly table: string; readonly columns: readonly Column[] }>> = {
  users: {
    table: 'app_user',
    columns: [
      ['login', 'login'],
      ['role', 'role'],
      ['passwordHash', 'password_hash'],
    ],
  },
  tokens: {
    table: 'api_token',
    columns: [
      ['name', 'name'],
      ['role', 'role'],
      ['scopes', 'scopes'],
      ['hash', 'hash', 'hex'],
    ],
  },
  trunks: {
    table: 'trunk',
    columns: [
      ['name', 'name'],
      ['host', 'host'],
      ['port', 'port'],
      ['username', 'username'],
      ['password', 'password_box', 'hex'],
      ['fromDomain', 'from_domain'],
      ['format', 'format'],
      ['codecs', 'codecs'],
      ['ringTimeoutMs', 'ring_timeout_ms'],
      ['destinations', 'destinations'],
      ['breaker', 'breaker', 'json'],
      ['registerEverySeconds', 'register_every_seconds'],
    ],
  },
  numbers: {
    table: 'phone_number',
    columns: [
      ['name', 'name'],
      ['phone', 'phone'],
      ['trunk', 'trunk_id'],
      ['validFrom', 'valid_from'],
      ['validUntil', 'valid_until'],
      ['login', 'login'],
      ['authUsername', 'auth_username'],
      ['password', 'password_box', 'hex'],
      ['fromDomain', 'from_domain'],
      ['forceOut', 'force_out'],
      ['inbound', 'inbound', 'json'],
    ],
  },
  callerIdGroups: {
    table: 'caller_id_group',
    columns: [
      ['name', 'name'],
      ['mode', 'mode'],
      ['dailyCap', 'daily_cap'],
    ],
  },
  dialplans: { table: 'dialplan', columns: [['name', 'name']] },
  audio: {
    table: 'audio',
    columns: [
      ['path', 'path'],
      ['name', 'name'],
      ['sha256', 'sha256', 'hex'],
      ['sizeBytes', 'size_bytes'],
      ['durationMs', 'duration_ms'],
    ],
  },
  retryRules: {
    table: 'retry_rule',
    columns: [
      ['name', 'name'],
      ['remark', 'remark'],
      ['enabled', 'enabled'],
      ['isDefault', 'is_default'],
      ['policy', 'policy', 'json'],
    ],
  },
  timeGroups: {
    table: 'time_group',
    columns: [
      ['name', 'name'],
      ['zone', 'zone'],
      ['forbid', 'forbid', 'json'],
    ],
  },
  scenarios: {
    table: 'scenario',
    columns: [
      ['name', 'name'],
      ['code', 'code'],
      ['language', 'language'],
      ['tagScene', 'tag_scene_id'],
    ],
  },
  voices: {
    table: 'voice',
    columns: [
      ['name', 'name'],
      ['provider', 'provider'],
      ['voice', 'voice'],
      ['language', 'language'],
      ['speed', 'speed'],
    ],
  },
  operatorGroups: {
    table: 'operator_group',
    columns: [
      ['name', 'name'],
      ['code', 'code'],
      ['mode', 'mode'],
      ['number', 'number_id'],
      ['enabled', 'enabled'],
    ],
  },
  tagScenes: {
    table: 'tag_scene',
    columns: [
      ['name', 'name'],
      ['description', 'description'],
    ],
  },
  projects: { table: 'project', columns: [['name', 'name']] },
}

export function columnValue(value: unknown, as: Column[2]): unknown {
  if (value === null || value === undefined) return null
  if (as === 'json') return JSON.stringify(value)
  return as === 'hex' ? Buffer.from(String(value), 'hex') : value
}
