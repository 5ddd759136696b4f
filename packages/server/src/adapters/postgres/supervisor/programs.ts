/** Runs PostgreSQL's programs as PostgreSQL's user, with nothing of our environment. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import type { Owner } from './place.ts'

export type ProgramRun = { readonly code: number | null; readonly signal: string | null; readonly output: string }

/** English messages, and no PGDATA, PGPORT or locale of the caller. */
const environment = { LC_ALL: 'C', TZ: 'UTC' }

/** More than this of a program's output is not kept. */
const greatestOutputBytes = 64 * 1024

/** Options every program is spawned with. `cwd` must be open to the owner: PostgreSQL's programs ask where they are. */
export function spawnOptions(run: { readonly cwd: string; readonly owner: Owner }): SpawnOptions {
  const identity = run.owner === null ? {} : { uid: run.owner.uid, gid: run.owner.gid }
  return { cwd: run.cwd, env: environment, windowsHide: true, ...identity }
}

/** Runs a program to its end; a program that cannot be started ends with code null and the reason as its output. */
export function runProgram(
  program: string,
  parameters: readonly string[],
  run: { readonly cwd: string; readonly owner: Owner },
): Promise<ProgramRun> {
  return new Promise((resolve) => {
    const child: ChildProcess = spawn(program, parameters, { ...spawnOptions(run), stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk: Buffer): void => {
      if (output.length < greatestOutputBytes) output += chunk.toString('utf8')
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    child.on('error', (error) => resolve({ code: null, signal: null, output: error.message }))
    child.on('close', (code, signal) => resolve({ code, signal, output }))
  })
}
