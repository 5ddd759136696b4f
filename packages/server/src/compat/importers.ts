/** Every vendor's reader of lists and exports, for whoever wires the server: a vendor's room adds its line here. */
import type { VendorReaders } from '../provisioning/vendor-import.ts'
import { readIs74Lists } from './is74/importer.ts'
import { readOmicallLists } from './omicall/importer.ts'
import { readTwinLists } from './twin-tasks/importer.ts'
import { readYunfuForm } from './yunfu/importer.ts'

export const vendorReaders: VendorReaders = {
  twin: readTwinLists,
  yunfu: readYunfuForm,
  is74: readIs74Lists,
  omicall: readOmicallLists,
}
