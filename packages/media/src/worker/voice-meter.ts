/** Tells sound from silence frame by frame: when somebody speaks, and for how long in all. */

/** Mean amplitude above which a frame is sound: well over line noise, well under speech. */
const soundLevel = 150
const startAfterFrames = 3
const endAfterFrames = 20
const frameMs = 20

export class VoiceMeter {
  heardMs = 0
  #isVoice = false
  #run = 0

  /** @returns What began or ended with this frame. */
  frame(level: number): 'voice-start' | 'voice-end' | null {
    const isSound = level > soundLevel
    if (isSound) this.heardMs += frameMs
    this.#run = isSound === this.#isVoice ? 0 : this.#run + 1
    if (this.#run < (this.#isVoice ? endAfterFrames : startAfterFrames)) return null
    this.#isVoice = !this.#isVoice
    this.#run = 0
    return this.#isVoice ? 'voice-start' : 'voice-end'
  }
}
