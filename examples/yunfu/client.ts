/**
 * A client of the Yunfu-style robot, written from the vendor's pages: makes a task, imports numbers, starts it, waits until all are
 * dialled, prints the calls. Node 24 or newer: node client.ts http://127.0.0.1:8080 TOKEN 13800000001 13800000003
 */
import { setTimeout as pause } from 'node:timers/promises'

type Envelope<Data> = { code: number; status: string; message: string; data: Data }
type FormData = {
  enum_disable_dial_timegroup: { uuid: string; name: string }[]
  caller_line_list: { name: string; value: string; residue: number }[]
  auto_recycle_rules: { id: number; name: string }[]
  outbound_group: { id: number; name: string }[]
}
type Progress = { progress: { total: number; progress: number; percent: number } }
type Calls = { data: { number: string; status: number; bill: number; intention_results: number | null }[] }

const [host = '', token = '', ...phones] = process.argv.slice(2)

async function ask<Data>(method: string, path: string, body?: unknown): Promise<Data> {
  const response = await fetch(`${host}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const { code, message, data } = (await response.json()) as Envelope<Data>
  if (code !== 200) throw new Error(`${method} ${path}: ${code} ${message}`)
  console.log(`${method} ${path}: ${message}`)
  return data
}

const form = await ask<FormData>('GET', '/v1/task/create')
const line = form.caller_line_list.find(({ residue }) => residue >= 1)
const [group] = form.outbound_group
const [hours] = form.enum_disable_dial_timegroup
const [rule] = form.auto_recycle_rules
if (!line || !group || !hours || !rule)
  throw new Error('a line, a script group, a time group and a redial rule are needed')

const { uuid } = await ask<{ uuid: string }>('POST', '/v1/task', {
  caller_line_id: line.value,
  customer_service_id: null,
  destination_extension: group.id,
  disable_dial_timegroup: hours.uuid,
  maximumcall: 1,
  name: '测试任务',
  random_assignment_number: 0,
  recycle_limit: 0,
  remark: '第一个任务',
  _originate_timeout: 20,
  call_pause_second: 0,
  auto_recycle_rule_id: rule.id,
})
await ask('POST', `/v1/task/import_task_customer/${uuid}`, { customer_info_list: phones.map((phone) => ({ phone })) })
await ask('GET', `/v1/task/start/${uuid}`)
for (let percent = 0; percent < 100; ) {
  await pause(1_000)
  percent = (await ask<Progress>('GET', `/v1/task/task_progress/${uuid}`)).progress.percent
}
const calls = await ask<Calls>('GET', `/v1/task/${uuid}/call`)
for (const { number, status, bill } of calls.data) console.log(`${number}: state ${status}, ${bill} s`)
console.log(`${calls.data.length} calls`)
