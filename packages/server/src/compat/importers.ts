/** Every vendor's reader of lists and exports, for whoever wires the server: a vendor's room adds its line here. */
import type { ReadFile, VendorReader, VendorReaders } from '../provisioning/vendor-import.ts'
import { readIs74Lists } from './is74/importer.ts'
import { readOmicallLists } from './omicall/importer.ts'
import { isOfIncomingRules, readIncomingRules } from './twin-incoming/importer.ts'
import { readTwinLists } from './twin-tasks/importer.ts'
import { readYunfuForm } from './yunfu/importer.ts'

/** One dialect, read by two rooms; lists know names and ids that a batch only refers to. */
const twin: VendorReader = (files, found) => {
  const isOther = (file: ReadFile): boolean => !isOfIncomingRules(file)
  readTwinLists(files.filter(isOther), found)
  readIncomingRules(files.filter(isOfIncomingRules), found)
}

export const vendorReaders: VendorReaders = {
  twin,
  yunfu: readYunfuForm,
  is74: readIs74Lists,
  omicall: readOmicallLists,
}
