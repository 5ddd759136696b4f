/** One run of a program as a child: text in, bytes out, bounded in time and size, and gone when the promise settles. */
import { type ChildProcess, spawn } from 'node:child_process'

export type ProgramRun = {
  readonly program: string
  readonly arguments: readonly string[]
  readonly input: string
  readonly mostBytes: number
}
export type ProgramEnd =
  | { readonly kind: 'done'; readonly output: Buffer }
  /** It is not there, or may not be run. */
  | { readonly kind: 'missing'; readonly error: Error }
  | { readonly kind: 'failed'; readonly reason: string }
  /** It wrote more than it may, and was killed. */
  | { readonly kind: 'too-much' }
  | { readonly kind: 'killed' }

const mostComplaint = 2_000

export type RunningProgram = {
  /** Resolves when the process is gone and its pipes are closed. */
  readonly end: Promise<ProgramEnd>
  kill(): void
}

export function runProgram(run: ProgramRun): RunningProgram {
  let child: ChildProcess | null = null
  let isKilled = false
  const kill = (): void => {
    isKilled = true
    child?.kill('SIGKILL')
  }
  const end = new Promise<ProgramEnd>((resolve) => {
    let spawned: ReturnType<typeof start>
    try {
      spawned = start(run)
    } catch (error) {
      // The machine has no room for another process, say.
      resolve({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
      return
    }
    child = spawned
    const chunks: Buffer[] = []
    let bytes = 0
    let complaint = ''
    let isTooMuch = false
    spawned.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= run.mostBytes) chunks.push(chunk)
      else if (!isTooMuch) {
        isTooMuch = true
        spawned.kill('SIGKILL')
      }
    })
    spawned.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (complaint.length < mostComplaint) complaint += text
    })
    // A program that ends before it has read everything breaks the pipe: its end tells why.
    spawned.stdin.on('error', () => {})
    spawned.stdin.end(run.input)
    spawned.once('error', (error: NodeJS.ErrnoException) => {
      if (spawned.pid === undefined)
        resolve(
          error.code === 'ENOENT' || error.code === 'EACCES'
            ? { kind: 'missing', error }
            : { kind: 'failed', reason: error.message },
        )
    })
    spawned.once('close', (code, signal) => {
      if (isTooMuch) resolve({ kind: 'too-much' })
      else if (isKilled) resolve({ kind: 'killed' })
      else if (code === 0) resolve({ kind: 'done', output: Buffer.concat(chunks) })
      else resolve({ kind: 'failed', reason: complaint.trim().slice(0, 300) || `it ended with ${signal ?? code}` })
    })
  })
  return { end, kill }
}

function start({ program, arguments: given }: ProgramRun) {
  return spawn(program, [...given], { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true })
}
