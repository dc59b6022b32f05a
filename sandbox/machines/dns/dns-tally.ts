import type { Evidence } from '../shared/breakable.ts'
import { countedWords, countOf, wasOf } from '../shared/evidence-words.ts'
import type { DnsReading } from './dns-message.ts'

/** An answer is called slow in the text from here on: no healthy one on loopback takes this long. */
const slowMs = 100

/** What went over the wire since the last arming: the words of the DNS server's evidence. */
export class DnsTally {
  #questions = 0
  #replies = 0
  #slowestMs = 0
  readonly #counts = new Map<string, number>()

  question(): void {
    this.#questions += 1
  }

  answer(reading: DnsReading, tookMs: number): void {
    this.reply(answerText(reading))
    this.#slowestMs = Math.max(this.#slowestMs, tookMs)
  }

  /** Something else than an answer: `TCP reset`. */
  reply(text: string): void {
    this.#replies += 1
    this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1)
  }

  /** `4 questions were answered NXDOMAIN`; where the answers differ, `4 questions: 3 × NXDOMAIN, 1 × no answer`. */
  get words(): Pick<Evidence, 'text' | 'counted'> {
    const answers = new Map(this.#counts)
    const unanswered = this.#questions - this.#replies
    if (unanswered > 0) answers.set('no answer', unanswered)
    const late = this.#slowestMs >= slowMs ? `, the slowest after ${Math.round(this.#slowestMs)} ms` : ''
    const questions = countOf(this.#questions, 'question')
    const [only, other] = answers.keys()
    if (only === undefined) return countedWords(questions, '')
    if (other === undefined) {
      const became = only === 'no answer' ? 'given no answer' : `answered ${only}`
      return countedWords(questions, ` ${wasOf(this.#questions)} ${became}${late}`)
    }
    const parts = [...answers].map(([text, count]) => `${count} × ${text}`)
    return countedWords(questions, `: ${parts.join(', ')}${late}`)
  }
}

function answerText({ rcode, records, flaws }: DnsReading): string {
  const [first, ...more] = records
  const flawText = flaws.join(', ')
  if (rcode === undefined || (rcode === 'NOERROR' && first === undefined && flawText)) return flawText
  const found =
    first === undefined ? 'NODATA' : more.length === 0 ? first : `${first} and ${more.length} more`
  const text = rcode === 'NOERROR' ? found : rcode
  return flawText ? `${text} (${flawText})` : text
}
