/**
 * A client of OMICall's AutoCall, written from the vendor's pages: gets a token for its key, makes a session that speaks to phones,
 * waits until each has ended, prints the history. Node 24 or newer: node client.ts http://127.0.0.1:8080 API_KEY MENU_ID 84901234503
 */
import { setTimeout as pause } from 'node:timers/promises'

type Envelope = { status_code: number; payload: Record<string, unknown> & { message?: string } }
type Transaction = { destination_number: string; disposition: string; bill_sec: number }

const [host = '', apiKey = '', menuId = '', ...phones] = process.argv.slice(2)
let token = ''

async function ask(method: string, path: string, body?: unknown): Promise<Envelope['payload']> {
  const response = await fetch(`${host}${path}`, {
    method,
    headers: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const { status_code, payload } = (await response.json()) as Envelope
  if (status_code !== 9999) throw new Error(`${method} ${path}: ${payload.message}`)
  return payload
}

token = String((await ask('GET', `/api/auth?apiKey=${encodeURIComponent(apiKey)}`)).access_token)
const { autocall_id } = await ask('POST', '/api/v2/autoCall/executeByPhone', {
  name: 'Phiên gọi thử',
  scripts: [{ targetId: menuId, targetType: 'ivrMenu', targetValue: '' }],
  numberCallPerTime: 2,
  durationOfEachCall: 1,
  maxRetryOfDetail: 0,
  retryAfterSeconds: 0,
  phoneNumberList: phones,
})
let calls: Transaction[] = []
while (calls.length < phones.length) {
  await pause(500)
  calls = (await ask('POST', '/api/v3/call-transaction/search', { autocall_id, size: 200 })).items as Transaction[]
}
for (const { destination_number, disposition, bill_sec } of calls)
  console.log(`${destination_number}: ${disposition}, ${bill_sec} s`)
console.log(`${calls.length} calls`)
