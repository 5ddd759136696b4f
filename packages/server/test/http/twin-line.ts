/** What the TWIN tests on real calls have beside the line: numbers, a group, a dialplan, bots and operators, by the vendor's ids. */
import { readFileSync } from 'node:fs'

export const example = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../docs/examples/${name}.json`, import.meta.url), 'utf8'))
export const botId = '44e62ac6-6c08-4ad1-923d-5ee3299dd737'
export const dialplanId = 'd71c9c44-e942-4c6c-9ccc-ea5a043efb75'
/** Over a trunk of its own, whose calls show its name. */
export const secondDialplanId = '0f4f6f0a-5c1c-4a53-9d8e-6f1b3f0c2a77'
export const secondLine = 'second-line'
export const otherBotId = '228cc4fa-92f2-4709-94e3-7344a96a5903'
const numberId = '9a67dee5-398e-4570-9426-fbb3f067b270'
export const groupId = '5d1f0c1e-9d5b-4d0c-8f4e-0d5f6b7c8d9e'
export const transferBotId = '2ecf569d-cb72-40a3-afc6-6f0544f4a4fc'
/** Answers and hangs up at once. */
export const operatorPhone = '74959990018'
export const shown = ['79996662211', '79996662212', '79996662213']

export const sections = {
  trunks: [{ name: 'Second', username: secondLine, format: 'e164', breaker: 'off', maxCalls: 10, callsPerSecond: 50 }],
  numbers: shown.map((phone, index) => ({
    ...{ name: `Shown ${index}`, phone, trunk: 'Box' },
    ...(index === 0 ? { externalIds: { twin: numberId } } : {}),
  })),
  callerIdGroups: [
    { name: 'Rotation', mode: 'round-robin', numbers: ['Shown 1', 'Shown 2'], externalIds: { twin: groupId } },
  ],
  dialplans: [
    { name: 'All', externalIds: { twin: dialplanId }, routes: [{ prefix: '', trunks: ['Box'] }] },
    { name: 'Second', externalIds: { twin: secondDialplanId }, routes: [{ prefix: '', trunks: ['Second'] }] },
  ],
  scenarios: [
    scenario('Goal', botId, [
      { id: 'mark', type: 'mark', goal: 'agreed', next: 'bye' },
      { id: 'bye', type: 'hangup' },
    ]),
    scenario('Long', otherBotId, [
      { id: 'mark', type: 'say', audio: '/prompts/en/greeting.wav', next: 'bye' },
      { id: 'bye', type: 'hangup' },
    ]),
    scenario('Transfer', transferBotId, [
      { id: 'mark', type: 'transfer', to: 'campaign', noAnswer: 'nobody' },
      { id: 'nobody', type: 'mark', tags: ['nobody-took-it'], next: 'bye' },
      { id: 'bye', type: 'hangup' },
    ]),
  ],
  operatorGroups: [
    { name: 'Sales', externalIds: { twin: '10103' }, operators: [{ name: 'Ira', phone: operatorPhone }] },
  ],
}

function scenario(name: string, twin: string, blocks: readonly object[]): object {
  const startBlocks = [{ id: 'start', name: 'Start', next: 'mark', parameters: [] }]
  return { name, code: name.toLowerCase(), language: 'en', externalIds: { twin }, startBlocks, blocks }
}

/** Seconds east of UTC of a place where it is between noon and one now, or `hours` later. */
export function placeAt(hours = 12): number {
  const { hour } = Temporal.Now.zonedDateTimeISO('UTC')
  const east = (hours - hour + 24) % 24
  return (east > 12 ? east - 24 : east) * 3_600
}
