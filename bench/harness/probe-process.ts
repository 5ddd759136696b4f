/** The idle timer: sleeps 2 ms again and again and notes how much later it woke. It blocks on purpose; an event loop rounds to 1 ms. */

const sleepMs = 2
/** Between batches it hears its parent. */
const sleepsPerBatch = 25

const cell = new Int32Array(new SharedArrayBuffer(4))
let late: number[] = []

function batch(): void {
  for (let n = 0; n < sleepsPerBatch; n++) {
    const dueMs = performance.now() + sleepMs
    Atomics.wait(cell, 0, 0, sleepMs)
    late.push(Math.max(0, performance.now() - dueMs))
  }
  setImmediate(batch)
}

process.on('message', () => {
  process.send?.(late)
  late = []
})
process.on('disconnect', () => process.exit(0))
batch()
