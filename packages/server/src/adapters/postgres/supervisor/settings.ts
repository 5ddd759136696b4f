/** The server's settings in the embedded database; given on its command line, so that a new version of the product brings its own. */

/** Durable by default (fsync and synchronous_commit stay on): an INVITE may leave only after its claim survived a power cut. */
const productSettings: Readonly<Record<string, string>> = {
  shared_buffers: '256MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  // The data lies on solid state disks or in the cache: a random page costs little more than the next one.
  random_page_cost: '1.1',
  jit: 'off',
  // The table of live calls turns over within seconds; the default of a minute let it grow to 53 MB in a million calls.
  autovacuum_naptime: '10s',
  idle_in_transaction_session_timeout: '10s',
  max_connections: '100',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
}

/** The command line of a server: listens on the Unix socket alone, or on 127.0.0.1 where there is none. */
export function serverArguments(server: {
  readonly cluster: string
  readonly socketDirectory: string | null
  readonly port: number
  readonly settings: Readonly<Record<string, string>>
}): string[] {
  const listening =
    server.socketDirectory === null
      ? { listen_addresses: '127.0.0.1', unix_socket_directories: '' }
      : { listen_addresses: '', unix_socket_directories: server.socketDirectory, unix_socket_permissions: '0700' }
  const settings: Record<string, string> = {
    ...productSettings,
    ...server.settings,
    ...listening,
    port: String(server.port),
  }
  return ['-D', server.cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}
