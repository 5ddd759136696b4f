/**
 * A client of TWIN24's tasks, written from the vendor's pages: logs in, makes a task, uploads people, waits until all are called,
 * prints what came of it. Node 24 or newer:
 * node client.ts http://127.0.0.1:8080 owner@example.com PASSWORD BOT_ID DIALPLAN_ID 79990000001 79990000002
 */
import { setTimeout as pause } from 'node:timers/promises'

type Upload = {
  items: { id: string; phone: string[] }[]
  errors: { index: number; field: string; message: string }[]
}
type Session = { phone: string; status: string; duration: number; dialogResult: string | null }

const [host = '', email, password, botId, dialplanId, ...phones] = process.argv.slice(2)
let token = ''

async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${host}${path}`, {
    method,
    headers: {
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const answer = await response.text()
  if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status} ${answer}`)
  return JSON.parse(answer)
}

token = (await ask<{ token: string }>('POST', '/api/v1/auth/login', { email, password, ttl: 3_600 })).token
const { id } = await ask<{ id: string }>('POST', '/api/cis/beta/tasks', {
  name: 'Опрос',
  botId,
  dialplanId,
  backgroundNoise: null,
  amd: { enabled: false, mode: null, file: null },
  defaultCallerId: { type: 'Default', data: null, additional: null },
  defaultRedirect: { type: 'Hangup', data: null, additional: null },
  scheduledAt: null,
  intensity: 2,
  allowedTimeRange: { from: 0, to: 86_399 },
  phoneNormalization: 'ru',
  isTest: true,
  recallRules: { BUSY: { enabled: true, tries: 1, interval: 1 } },
})
console.log(`task ${id}`)
const { errors } = await ask<Upload>('POST', '/api/v1/telephony/autoCallCandidate/batch', {
  batch: phones.map((phone, index) => ({
    phone: [phone],
    autoCallId: id,
    clientExternalId: String(index + 1),
    variables: { name: 'Анна' },
  })),
  forceStart: true,
})
for (const { index, message } of errors) console.log(`refused: ${phones[index]}: ${message}`)
while ((await ask<{ status: string }>('GET', `/api/cis/beta/tasks/${id}`)).status !== 'FINISHED') await pause(1_000)
const { calls } = await ask<{ calls: object }>('GET', `/api/cis/beta/tasks/${id}/statistics`)
console.log(`statistics ${JSON.stringify(calls)}`)
const query = new URLSearchParams({ taskId: id, fields: 'phone,status,duration,dialogResult', limit: '1000' })
const sessions = await ask<{ count: number; items: Session[] }>('GET', `/api/v1/search/cis/sessions?${query}`)
for (const { phone, status, duration, dialogResult } of sessions.items)
  console.log(`${phone}: ${status}, ${duration} s, result ${dialogResult}`)
console.log(`${sessions.count} calls`)
