import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addPlainContact,
  contactId,
  plainWorld,
  uuid,
  type World,
  workspaceId,
} from '../../../dialer/src/ports/store-world.conformance.ts'
import { virtualEngine } from './virtual-engine.ts'

const vietnam = (n: number): string => `+8490${n.toString().padStart(7, '0')}`

/** A route whose one trunk serves Russia alone, and people in Vietnam on it. */
async function unservedWorld(ground: World['ground']): Promise<number> {
  await plainWorld(ground, { contacts: 0 })
  await ground.addTrunk({ id: uuid(13), workspaceId, destinations: ['+7'] })
  const routeId = await ground.addRoute({ workspaceId, trunkIds: [uuid(13)] })
  for (let n = 0; n < 20; n += 1) await addPlainContact(ground, routeId, n, { phones: [vietnam(n)] })
  return routeId
}

test('people whom no trunk serves are looked for once a second, not five times', async () => {
  const { ground, run, claims } = virtualEngine()
  await unservedWorld(ground)
  await run(30_000)
  assert.ok(claims() >= 25 && claims() <= 35, `${claims()} claims in 30 s`)
})

test('somebody who can be called joins people whom no trunk serves, and is called within the second', async () => {
  const { ground, clock, run } = virtualEngine()
  const routeId = await unservedWorld(ground)
  clock.schedule(10_000, () => void addPlainContact(ground, routeId, 21))
  await run(11_200)
  assert.equal((await ground.contact(contactId(21))).attempts, 1)
})

test('other lanes are dialled at their own instants while one has nobody who can be called', async () => {
  const { ground, clock, run } = virtualEngine({ ringMs: 1_000 })
  const routeId = await unservedWorld(ground)
  // Not the instants of looking for nobody, once a second.
  const dues = [10_300, 10_800]
  const states = await Promise.all(
    dues.map(async (ms, n) => {
      const dueAt = ground.now().add({ milliseconds: ms })
      await addPlainContact(ground, routeId, 21 + n, { priority: 5 + n, dueAt })
      const seen = { state: '' }
      clock.schedule(ms + 200, () => void ground.contact(contactId(21 + n)).then(({ state }) => (seen.state = state)))
      return seen
    }),
  )
  await run(11_900)
  assert.deepEqual(states, [{ state: 'dialing' }, { state: 'dialing' }])
})
