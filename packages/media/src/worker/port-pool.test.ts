import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PortPool } from './port-pool.ts'

test('workers share a range without meeting, on even ports', () => {
  const pools = [0, 1].map((worker) => new PortPool({ from: 20_001, to: 20_008 }, worker, 2))
  const taken = pools.flatMap((pool) => [pool.take(0), pool.take(0), pool.take(0)])
  assert.deepEqual(taken, [20_002, 20_006, undefined, 20_004, 20_008, undefined])
})

test('a port given back rests for two seconds', () => {
  const pool = new PortPool({ from: 20_000, to: 20_001 }, 0, 1)
  const port = pool.take(0)
  assert.equal(port, 20_000)
  pool.giveBack(20_000, 1_000)
  assert.equal(pool.take(2_999), undefined)
  assert.equal(pool.take(3_000), 20_000)
})
