/**
 * The maker of our own audio: renders the prompts with espeak-ng and synthesises the background noise, into assets/audio.
 * Run by hand (`npm run make-audio`) when a text changes; the files are committed, so nobody else needs espeak-ng.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ringback } from './ringback.ts'
import { officeNoise, resample, speechMarginMs, speechPeak, telephoneRate, toPcm16, trimSilence } from './shaping.ts'
import { readWav, writeWav } from './wav.ts'

type Language = 'ru' | 'en' | 'vi' | 'zh'
type CarrierWord = 'yes' | 'no' | 'screening' | 'not-in-service'
type Prompt = 'greeting' | 'confirm-menu' | 'confirmed' | 'declined' | 'goodbye'

/** Quiet under speech: about -20 dB against a prompt. */
const noisePeak = 0.12
const noiseSeconds = 15
const noiseSeed = 20_261_121

/** Chinese is written in pinyin with tone digits: Debian's espeak-ng is built without the Hanzi dictionary. */
const languages: Readonly<
  Record<Language, { voice: string; wordsPerMinute: number; texts: Readonly<Record<Prompt, string>> }>
> = {
  ru: {
    voice: 'ru',
    wordsPerMinute: 205,
    texts: {
      greeting: 'Здравствуйте! Это служба доставки.',
      'confirm-menu': 'Подтвердить - нажмите один, отменить - два.',
      confirmed: 'Спасибо, подтверждено.',
      declined: 'Хорошо, отменено.',
      goodbye: 'До свидания!',
    },
  },
  en: {
    voice: 'en-us',
    wordsPerMinute: 200,
    texts: {
      greeting: 'Hello! This is the delivery service.',
      'confirm-menu': 'Press 1 to confirm, 2 to decline.',
      confirmed: 'Thank you, confirmed.',
      declined: 'All right, declined.',
      goodbye: 'Goodbye!',
    },
  },
  vi: {
    voice: 'vi',
    wordsPerMinute: 198,
    texts: {
      greeting: 'Xin chào! Đây là dịch vụ giao hàng.',
      'confirm-menu': 'Bấm một để xác nhận, hai để từ chối.',
      confirmed: 'Cảm ơn, đã xác nhận.',
      declined: 'Vâng, đã hủy.',
      goodbye: 'Tạm biệt!',
    },
  },
  zh: {
    voice: 'cmn-latn-pinyin',
    wordsPerMinute: 230,
    texts: {
      greeting: 'nin2 hao3, zhe4 li3 shi4 kuai4 di4.',
      'confirm-menu': 'que4 ren4 an4 yi1, qu3 xiao1 an4 er4.',
      confirmed: 'xie4 xie5, yi3 que4 ren4.',
      declined: 'hao3 de5, yi3 qu3 xiao1.',
      goodbye: 'zai4 jian4!',
    },
  },
}

const babble: readonly (readonly [voice: string, wordsPerMinute: number, text: string])[] = [
  [
    'en-us+f2',
    150,
    'The report is nearly ready, I will send the table after lunch and call you back about the numbers.',
  ],
  ['en-us+m3', 165, 'Could you look at the second page, there is a line that we have to change before Friday.'],
  ['ru+f3', 160, 'Я уже отправила письмо, посмотрите, пожалуйста, и ответьте мне до вечера.'],
  ['ru+m2', 150, 'Завтра в десять у нас встреча, принесите документы и расписание поездок.'],
  ['vi+f4', 160, 'Chiều nay chúng ta họp ở tầng ba, nhớ mang theo tài liệu nhé.'],
  ['en-us+m5', 140, 'Yes, yes, that is fine, thank you, we will talk about it again next week.'],
]

/** @returns Samples at espeak-ng's own 22,050 Hz, resampled to the telephone's rate. */
function speak(voice: string, wordsPerMinute: number, text: string): Float64Array {
  const wav = execFileSync('espeak-ng', ['-v', voice, '-s', String(wordsPerMinute), '--stdout', text], {
    maxBuffer: 1 << 26,
  })
  const { samples, sampleRate } = readWav(wav)
  return resample(samples, sampleRate, telephoneRate)
}

/** Marsaglia's xorshift32: the noise must come out the same on every machine. */
function seededChance(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4_294_967_296
  }
}

/** What personas of the carrier in the box say, in the language of the number that is called. */
const carrierWords: Readonly<Record<Language, Readonly<Record<CarrierWord, string>>>> = {
  ru: {
    yes: 'Да.',
    no: 'Нет.',
    screening: 'Назовите, пожалуйста, себя и причину звонка.',
    'not-in-service': 'Набранный вами номер не обслуживается.',
  },
  en: {
    yes: 'Yes.',
    no: 'No.',
    screening: 'Please say your name and why you are calling.',
    'not-in-service': 'The number you have dialled is not in service.',
  },
  vi: {
    yes: 'Vâng.',
    no: 'Không.',
    screening: 'Xin cho biết tên và lý do bạn gọi.',
    'not-in-service': 'Số máy quý khách vừa gọi không đúng.',
  },
  zh: {
    yes: 'shi4 de5.',
    no: 'bu2 shi4.',
    screening: 'qing3 shuo1 ming2 nin2 shi4 shei2, wei4 shen2 me5 lai2 dian4.',
    'not-in-service': 'nin2 bo1 da3 de5 hao4 ma3 shi4 kong1 hao4.',
  },
}

function save(path: string, samples: Int16Array, folder = root): string {
  writeFileSync(new URL(path, folder), writeWav({ samples, sampleRate: telephoneRate }))
  return `${(samples.length / telephoneRate).toFixed(2)} s`
}

const root = new URL('../../assets/audio/', import.meta.url)
const rows: string[] = []
for (const [language, { voice, wordsPerMinute, texts }] of Object.entries(languages)) {
  mkdirSync(new URL(`prompts/${language}/`, root), { recursive: true })
  for (const [name, text] of Object.entries(texts)) {
    const samples = toPcm16(trimSilence(speak(voice, wordsPerMinute, text), telephoneRate, speechMarginMs), speechPeak)
    const path = `prompts/${language}/${name}.wav`
    rows.push(`| /${path} | ${save(path, samples)} | ${voice}, ${wordsPerMinute} words/min | ${text} |`)
  }
}
mkdirSync(new URL('background/', root), { recursive: true })
const voices = babble.map(([voice, wordsPerMinute, text]) => speak(voice, wordsPerMinute, text))
const noise = toPcm16(officeNoise(voices, noiseSeconds * telephoneRate, seededChance(noiseSeed)), noisePeak)
rows.push(
  `| /background/office.wav | ${save('background/office.wav', noise)} | seed ${noiseSeed} | brown noise under six espeak-ng voices played backwards; loops |`,
)

mkdirSync(new URL('tones/', root), { recursive: true })
rows.push(
  `| /tones/ringback.wav | ${save('tones/ringback.wav', ringback())} | 425 Hz, 1 s of 5 s (ITU-T E.180) | a tone; loops |`,
)

const carrierRoot = new URL('../../../carrier/assets/', import.meta.url)
const carrierRows: string[] = []
for (const [language, texts] of Object.entries(carrierWords) as [Language, Record<CarrierWord, string>][]) {
  mkdirSync(new URL(`${language}/`, carrierRoot), { recursive: true })
  const { voice, wordsPerMinute } = languages[language]
  for (const [name, text] of Object.entries(texts)) {
    const samples = toPcm16(trimSilence(speak(voice, wordsPerMinute, text), telephoneRate, speechMarginMs), speechPeak)
    const path = `${language}/${name}.wav`
    const length = save(path, samples, carrierRoot)
    carrierRows.push(`| /${path} | ${length} | ${voice}, ${wordsPerMinute} words/min | ${text} |`)
  }
}

const version =
  execFileSync('espeak-ng', ['--version'], { encoding: 'utf8' }).match(/\d+\.\d+(\.\d+)?/)?.[0] ?? 'unknown'
const provenance = (table: readonly string[]): string => `# Where these sounds come from

Made by \`npm run make-audio\` (\`packages/server/src/audio/make-audio.ts\`) with espeak-ng ${version}, resampled from 22,050 Hz
to 8 kHz by our own windowed sinc, 16 bit, mono. Formant synthesis: no recording of anyone is in them, and the words are ours.
Chinese is rendered from pinyin. The same espeak-ng version gives the same bytes.

| path | length | made with | text |
|---|---|---|---|
${table.join('\n')}
`
writeFileSync(new URL('PROVENANCE.md', root), provenance(rows))
writeFileSync(new URL('PROVENANCE.md', carrierRoot), provenance(carrierRows))
process.stdout.write(
  `${rows.join('\n')}\nwritten to ${fileURLToPath(root)}\n${carrierRows.join('\n')}\nwritten to ${fileURLToPath(carrierRoot)}\n`,
)
