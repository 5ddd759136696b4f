/** Every vendor's teller, for whoever wires the process: a vendor's room adds its line here. */
import type { VendorTellers } from '../webhooks/dialects.ts'
import { omicallTeller } from './omicall/teller.ts'
import { twinTeller } from './twin-tasks/teller.ts'
import { yunfuTeller } from './yunfu/teller.ts'

export const vendorTellers: VendorTellers = { twin: twinTeller, yunfu: yunfuTeller, omicall: omicallTeller }
