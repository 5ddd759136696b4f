/** The tree of commands, in the order of the help. */
import type { Command } from '../command.ts'
import { callCommand } from './call.ts'
import { callCommands } from './calls.ts'
import { campaignCommands } from './campaigns.ts'
import { completionCommand } from './completion.ts'
import { contactCommands } from './contacts.ts'
import { doctorCommand } from './doctor.ts'
import { explainCommand } from './explain.ts'
import { loginCommands } from './login.ts'
import { provisionCommands } from './provision.ts'
import { tailCommand } from './tail.ts'

const others: readonly Command[] = [
  ...loginCommands,
  ...campaignCommands,
  ...contactCommands,
  explainCommand,
  callCommand,
  ...callCommands,
  tailCommand,
  ...provisionCommands,
  doctorCommand,
]

export const commands: readonly Command[] = [...others, completionCommand(others)]
