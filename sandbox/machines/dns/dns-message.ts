import type { DnsFlaw } from '../shared/trace.ts'
import type { DnsEvent, DnsRcode } from './dns-points.ts'
import { Packet } from './packet.ts'

/** A question that can be answered. */
export interface DnsQuestion {
  readonly request: Packet
  readonly name: string
  readonly type: string
  /** The largest UDP answer the client takes: 512, or what its OPT record says (RFC 6891 §6.2.3). */
  readonly udpBytesMax: number
  /** The client sent an OPT record, so the answer carries one too (RFC 6891 §6.1.1). */
  readonly hasEdns: boolean
}

/** What the bytes of an answer show to any reader. */
export interface DnsReading {
  /** Left out where the header is not complete. */
  readonly rcode?: DnsRcode
  /** `A 127.0.0.1`, `CNAME x.` */
  readonly records: readonly string[]
  readonly flaws: readonly DnsFlaw[]
}

/** Names by number, as they stand in the header. dns2 has the numbers only. */
const rcodeNames = (Object.entries(Packet.RCODE) as [DnsRcode, number][]).sort(([, a], [, b]) => a - b)

const httpsType = 65

/** The name of a record type; dns2 does not know HTTPS (RFC 9460), which browsers ask for. */
function typeName(code: number): string {
  return code === httpsType ? 'HTTPS' : Packet.typeName(code)
}

export function normalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}

/** A question as a client sends it. */
export function buildQuestion(name: string, type: 'A' | 'ANY'): Buffer {
  const packet = new Packet()
  packet.header = new Packet.Header({ rd: 1 })
  packet.questions = [new Packet.Question(name, Packet.TYPE[type], Packet.CLASS.IN)]
  return packet.toBuffer()
}

/** The question in a client's message; undefined where there is none that a server could answer. */
export function readQuestion(message: Buffer): DnsQuestion | undefined {
  const request = parse(message)
  const [question] = request?.questions ?? []
  if (request === undefined || question === undefined) return undefined
  const { qr, opcode, qdcount } = request.header
  if (qr !== 0 || opcode !== 0 || qdcount !== 1) return undefined
  // A record that only its own data spoils, such as an unknown EDNS option, is no reason to stay silent.
  if (request.errors.some(({ recovered }) => !recovered)) return undefined
  const opt = request.additionals.find(({ type }) => type === Packet.TYPE.EDNS)
  return {
    request,
    name: normalName(question.name),
    type: typeName(question.type),
    udpBytesMax: Math.max(512, opt?.class ?? 0),
    hasEdns: opt !== undefined,
  }
}

/**
 * Reads an answer from nothing but its bytes and the question. What is recorded about an answer comes from
 * here and never from the verdict behind it.
 */
export function readAnswer(message: Buffer, asked: DnsQuestion): DnsReading {
  const answer = parse(message)
  if (answer === undefined) return { records: [], flaws: ['malformed'] }
  const { header } = answer
  const flaws: DnsFlaw[] = []
  if (header.qr === 0) flaws.push('not-an-answer')
  if (header.tc === 1) flaws.push('truncated')
  if (header.id !== asked.request.header.id) flaws.push('other-id')
  if (answer.errors.length > 0) flaws.push('malformed')
  else {
    if (!sameQuestion(answer, asked.request)) flaws.push('other-question')
    if (!answersName(answer, asked.name)) flaws.push('other-owner')
  }
  const rcode = rcodeNames.find(([, code]) => code === header.rcode)?.[0]
  return { ...(rcode && { rcode }), records: answer.answers.map(recordText), flaws }
}

function parse(message: Buffer): Packet | undefined {
  try {
    return Packet.parse(message)
  } catch (error) {
    if (error instanceof Packet.DecodeError) return undefined
    throw error
  }
}

function sameQuestion(answer: Packet, request: Packet): boolean {
  const [got, asked] = [answer.questions[0], request.questions[0]]
  if (got === undefined || asked === undefined) return false
  return normalName(got.name) === normalName(asked.name) && got.type === asked.type
}

/** Whether every record belongs to the name asked for, or to one that a CNAME before it leads to. */
function answersName(answer: Packet, name: string): boolean {
  const reached = new Set([name])
  for (const record of answer.answers) {
    if (!reached.has(normalName(record.name))) return false
    if (record.domain !== undefined) reached.add(normalName(record.domain))
  }
  return true
}

function recordText(record: Packet['answers'][number]): string {
  const value = record.address ?? (record.domain === undefined ? '' : `${record.domain}.`)
  return `${typeName(record.type)} ${value}`.trimEnd()
}

/** The event a rule sees. */
export function eventOf(question: DnsQuestion, transport: DnsEvent['transport']): DnsEvent {
  return { name: question.name, type: question.type, transport }
}
