import type { DnsReading } from './dns-message.ts'

/** An answer is called slow in the text from here on: no healthy one on loopback takes this long. */
const slowMs = 100

/** What went over the wire since the last arming: the text of the DNS server's evidence. */
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

  /** `4 questions, 3 × NXDOMAIN, 1 × no answer`. */
  get text(): string {
    const parts = [`${this.#questions} question${this.#questions === 1 ? '' : 's'}`]
    for (const [text, count] of this.#counts) parts.push(`${count} × ${text}`)
    const unanswered = this.#questions - this.#replies
    if (unanswered > 0) parts.push(`${unanswered} × no answer`)
    if (this.#slowestMs >= slowMs) parts.push(`slowest after ${Math.round(this.#slowestMs)} ms`)
    return parts.join(', ')
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
