/** docs/CONFIGURATION.md, made from the schema of the settings: `node packages/server/src/config/page.ts` writes it. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { settingsSchema } from '../config.ts'
import type { SettingMeta } from './values.ts'

export const pageFile = fileURLToPath(new URL('../../../../docs/CONFIGURATION.md', import.meta.url))

const beforeTable = `# Configuration

Made from the schema in \`packages/server/src/config.ts\` by \`node packages/server/src/config/page.ts\`; a test holds both equal.

Everything has a default: \`npm start\` needs no setting. What is given is looked for in this order:

1. the environment variable NAME;
2. the environment variable NAME_FILE: the path of a file that holds the value (secrets of Docker, systemd credentials);
3. the configuration file, whose path is in \`DIALWRIGHT_CONFIG\`;
4. the default.

The configuration file is one flat mapping of the same names, in YAML or JSON; NAME_FILE may stand in it too:

\`\`\`yaml
DIALWRIGHT_HTTP: 127.0.0.1:8080
DIALWRIGHT_SIP: 0.0.0.0:5060
DIALWRIGHT_PUBLIC_ADDRESS: 203.0.113.7
DIALWRIGHT_DRAIN_SECONDS: 120
DIALWRIGHT_SECRET_KEY_FILE: /etc/dialwright/secret.key
\`\`\`

Relative paths begin at the working directory of the server, wherever they are written. An empty variable counts as not set; an empty
NAME_FILE is a mistake. Numbers are decimal digits. A value that cannot be read is never replaced by its default: the server does
not start, tells every mistake in one go, and exits with 1. So does a name that begins with \`DIALWRIGHT_\` and is not in this table:
it is told with the name that is nearest. \`DIALWRIGHT_SERVER\`, \`DIALWRIGHT_TOKEN\` and \`DIALWRIGHT_TOKEN_FILE\`
belong to the command line client and are not looked at.

| name | form | default | meaning |
|---|---|---|---|
`

const afterTable = `
## The database

Without \`DATABASE_URL\` the server runs a PostgreSQL 18 of its own. Its files are in \`DIALWRIGHT_DATA/postgres\`, and nobody but this
server can reach it. Started as root, PostgreSQL runs as the user \`postgres\`, or else \`nobody\`; when that user cannot pass the
directories above \`DIALWRIGHT_DATA\` (root's home, say), the files are in \`/var/lib/dialwright\`, and the server says so at each start.
A new database takes about 150 MB with its programs; its write-ahead log may grow to 4 GB under load.

With \`DATABASE_URL\` it uses a PostgreSQL 16 or newer with the encoding UTF8. The role of the address must be allowed to create tables
in its schema; it is asked before anything is written.

**Backup.** \`SIGTERM\` (Ctrl-C, \`systemctl stop\`, \`docker stop\`) ends the calls, waiting \`DIALWRIGHT_DRAIN_SECONDS\` for them, and then shuts
PostgreSQL down in order: a copy of \`DIALWRIGHT_DATA\` made after that starts anywhere, on the same kind of machine. Give the service
manager more time than the drain before it kills (\`TimeoutStopSec\`, \`stop_grace_period\`). After \`kill -9\` the database goes on
running; the next start takes it over as it is, without a restart, and waits up to 6 s for the SIP port, on which the last process
ends its calls. A copy of the files of a running database is no backup.

**A full disk** is told as such, at the start and in the log. Nothing that was acknowledged is lost; requests that write answer 507
or 503 meanwhile, \`/readyz\` 503 while the database is down, and when there is space again the server goes on by itself.
`

/** One row per setting, in the schema's order. */
export function configurationPage(): string {
  const rows = Object.entries(settingsSchema.shape).map(([name, schema]) => {
    const { form = '', fallback = '', description = '' }: SettingMeta = schema.meta() ?? {}
    return `| \`${name}\` | ${form} | ${asCode(fallback)} | ${description} |\n`
  })
  const file = '| `DIALWRIGHT_CONFIG` | path | none | The configuration file; not in the file itself |\n'
  return beforeTable + rows.join('') + file + afterTable
}

/** A default that is a value stands in code; one that is told in words does not. */
function asCode(fallback: string): string {
  return /[ `]/.test(fallback) || fallback === 'none' ? fallback : `\`${fallback}\``
}

if (import.meta.main) {
  writeFileSync(pageFile, configurationPage())
  process.stdout.write(`wrote ${pageFile}\n`)
}
