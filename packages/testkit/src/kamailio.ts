/** Debian's kamailio as a provider: a registrar with digest, and a proxy that brings calls to whoever has registered. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export type KamailioOptions = {
  /** An empty directory of its own: settings, and kamailio.log, which says why when something goes wrong. */
  readonly directory: string
  /** A loopback address of its own. */
  readonly host: string
  readonly port: number
  /** Of every user. */
  readonly password: string
  /** It binds for no longer, whatever is asked for. */
  readonly atMostSeconds: number
}

const startTries = 100
const startPauseMs = 50
const moduleDirectories = [
  '/usr/lib/x86_64-linux-gnu/kamailio/modules/',
  '/usr/lib/aarch64-linux-gnu/kamailio/modules/',
]

export class Kamailio {
  readonly #options: KamailioOptions
  #child: ChildProcess | null = null

  private constructor(options: KamailioOptions) {
    this.#options = options
  }

  static async start(options: KamailioOptions): Promise<Kamailio> {
    const kamailio = new Kamailio(options)
    mkdirSync(options.directory, { recursive: true })
    writeFileSync(join(options.directory, 'kamailio.cfg'), settings(options))
    await kamailio.start()
    return kamailio
  }

  get port(): number {
    return this.#options.port
  }

  /** Starts it again after `stop`: it has forgotten who was registered. */
  async start(): Promise<void> {
    const { directory, host, port } = this.#options
    const log = openSync(join(directory, 'kamailio.log'), 'a')
    const args = ['-f', join(directory, 'kamailio.cfg'), '-DD', '-E', '-m', '32', '-M', '4', '-Y', directory]
    const child = spawn('kamailio', args, { cwd: directory, stdio: ['ignore', log, log] })
    closeSync(log)
    this.#child = child
    for (let tries = 0; tries < startTries; tries += 1) {
      if (child.exitCode !== null) throw new Error(`kamailio ended with ${child.exitCode}; its kamailio.log says why`)
      if (await answers(host, port)) return
    }
    throw new Error('kamailio did not answer; its kamailio.log may say why')
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    // Its main process ends its workers.
    child.kill('SIGTERM')
    await exited
  }
}

async function answers(host: string, port: number): Promise<boolean> {
  const socket = createSocket('udp4')
  const listening = once(socket, 'listening')
  socket.bind(0, '127.0.0.1')
  await listening
  const own = socket.address().port
  const answer = new Promise<boolean>((resolve) => socket.once('message', () => resolve(true)))
  const text = [
    `OPTIONS sip:${host}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${own};branch=z9hG4bK${own}`,
    `From: <sip:up@127.0.0.1>;tag=${own}`,
    `To: <sip:${host}>`,
    `Call-ID: up-${own}`,
    'CSeq: 1 OPTIONS',
    'Max-Forwards: 5',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n')
  socket.send(text, port, host)
  const isUp = await Promise.race([answer, pause(startPauseMs).then(() => false)])
  const closed = once(socket, 'close')
  socket.close()
  await closed
  return isUp
}

function settings({ host, port, password, atMostSeconds }: KamailioOptions): string {
  const modules = moduleDirectories.find((directory) => existsSync(directory)) ?? moduleDirectories[0]
  return `#!KAMAILIO
debug=2
log_stderror=yes
children=2
disable_tcp=yes
auto_aliases=no
dns=no
rev_dns=no
listen=udp:${host}:${port}
mpath="${modules}"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
modparam("usrloc", "db_mode", 0)
modparam("registrar", "min_expires", 1)
modparam("registrar", "max_expires", ${atMostSeconds})
modparam("registrar", "default_expires", ${atMostSeconds})
modparam("auth", "nonce_expire", 300)

request_route {
  if (!mf_process_maxfwd_header("10")) {
    sl_send_reply("483", "Too Many Hops");
    exit;
  }
  if (is_method("OPTIONS") && !has_totag()) {
    sl_send_reply("200", "OK");
    exit;
  }
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("${host}", "${password}", "0")) {
      www_challenge("${host}", "1");
      exit;
    }
    save("location");
    exit;
  }
  if (has_totag()) {
    if (loose_route()) {
      t_relay();
      exit;
    }
    if (is_method("ACK")) {
      if (t_check_trans()) t_relay();
      exit;
    }
    sl_send_reply("404", "Not Here");
    exit;
  }
  if (is_method("CANCEL")) {
    if (t_check_trans()) t_relay();
    exit;
  }
  if (is_method("INVITE")) {
    record_route();
    if (!lookup("location")) {
      sl_send_reply("404", "Not Registered");
      exit;
    }
    t_relay();
    exit;
  }
  sl_send_reply("405", "Method Not Allowed");
}
`
}
