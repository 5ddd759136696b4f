/**
 * A client of the IS74 assistant, written from the vendor's pages: logs in, finds what a campaign needs, makes one, waits until
 * everybody is called, prints the report. Node 24 or newer:
 * node client.ts http://127.0.0.1:8080 LOGIN PASSWORD +79990000003 +79990000010
 */
import { setTimeout as pause } from 'node:timers/promises'

type Named = { id: number; name: string }
type Report = { data: Record<string, unknown>[]; total_duration: number; avg_duration: number; count: number }

const [host = '', login = '', password = '', ...phones] = process.argv.slice(2)

async function ask<Answer>(method: string, path: string, body?: unknown, token?: string): Promise<Answer> {
  const response = await fetch(`${host}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return JSON.parse(text) as Answer
}

const { token } = await ask<{ token: string }>('POST', '/login', { login, password })
const get = <Answer>(path: string) => ask<Answer>('GET', path, undefined, token)
const post = <Answer>(path: string, body: unknown) => ask<Answer>('POST', path, body, token)

const { projects } = await get<{ projects: Named[] }>('/api/projects')
const project = projects.find(({ name }) => name === 'Surveys') ?? projects[0]
const list = `project_id=${project?.id}`
const { scenarios } = await get<{ scenarios: (Named & { start_blocks: Named[] })[] }>(`/api/scenarios?${list}`)
const { phones: numbers } = await get<{ phones: Named[] }>(`/api/phones?${list}`)
const [scenario] = scenarios
const startBlock = scenario?.start_blocks[0]
const [number] = numbers
if (!project || !scenario || !startBlock || !number) throw new Error('a project, a scenario and a phone are needed')

const made = await post<{ campaign: { id: number } }>('/api/campaigns', {
  campaign: {
    project_id: project.id,
    name: 'Обзвон клиентов',
    start_block_id: startBlock.id,
    schedule: {
      date: '2000-01-01',
      start_time: '09:00',
      end_time: '17:00',
      periods: { id: 1, title: 'Однократно' },
      attempts: { id: 1, title: '1' },
      interval: '5',
    },
    phone_id: number.id,
  },
  phones: phones.map((phone, at) => ({ phone, add_data: { name: `Клиент ${at + 1}`, time: '10:00' } })),
})
const { id } = made.campaign
for (let status = ''; status !== 'done'; ) {
  await pause(500)
  status = (await get<{ campaign: { status: string } }>(`/api/campaigns/${id}`)).campaign.status
}
const report = await post<Report>(`/api/analytics/${project.id}/report`, {
  analytics_filter: {
    scenario_id: scenario.id,
    start_block_id: startBlock.id,
    outgoing_campaign_id: id,
    date_start: '2000-01-01T00:00:00.000Z',
    date_end: '2090-01-01T00:00:00.000Z',
  },
  columns: [
    { name: 'phone_number', sorting: 'asc' },
    ...['status', 'duration', 'goal', 'name', 'dialog'].map((name) => ({ name })),
  ],
})
console.log(JSON.stringify(report))
