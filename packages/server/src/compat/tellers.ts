/** Every vendor's teller, for whoever wires the process: a vendor's room adds its line here. */
import type { VendorTellers } from '../webhooks/dialects.ts'
import { twinTeller } from './twin-tasks/teller.ts'

export const vendorTellers: VendorTellers = { twin: twinTeller }
