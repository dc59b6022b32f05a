import { isIPv4, isIPv6 } from 'node:net'
import type { Rule } from '../shared/rules.ts'
import { buildQuestion, type DnsQuestion, normalName, readQuestion } from './dns-message.ts'
import type { DnsAnswer, DnsEvent, DnsRcode, DnsRecord, DnsVerdict, DnsZone } from './dns-points.ts'
import { Packet } from './packet.ts'

interface Content {
  readonly rcode: DnsRcode
  readonly records: readonly DnsRecord[]
}

const headerBytes = 12
const ttlSecondsDefault = 60

/** What a message over TCP can be long: its length travels in two bytes (RFC 1035 §4.2.2). */
const messageBytesMax = 65_535

/** What UDP implementations agreed on in 2020 as safe from fragmentation (dnsflagday.net). */
const ednsBytes = 1_232

/**
 * The bytes of an answer.
 * @throws Error where a record cannot be encoded; `checkRules` and `checkZone` find these beforehand.
 */
export function buildAnswer(
  question: DnsQuestion,
  zone: DnsZone,
  answer: DnsAnswer,
  transport: DnsEvent['transport'],
): Buffer {
  const { rcode, records } = contentOf(question, zone, answer)
  const packet = Packet.createResponseFromRequest(question.request)
  const { flags = {} } = answer
  Object.assign(packet.header, { ra: 1, ...flags, rcode: Packet.RCODE[rcode] })
  if (answer.wrongId) packet.header.id ^= 0xffff
  const [asked] = packet.questions
  if (answer.question === null) packet.questions = []
  else if (answer.question !== undefined && asked !== undefined) {
    packet.questions = [new Packet.Question(answer.question, asked.type, asked.class)]
  }
  packet.answers = records.map((record) => encodable(record, answer.owner ?? asked?.name ?? ''))
  const isNegative = records.length === 0 && flags.tc !== 1 && (rcode === 'NOERROR' || rcode === 'NXDOMAIN')
  if (answer.soa ?? isNegative) packet.authorities = [soaRecord()]
  if (question.hasEdns) packet.additionals = [optRecord()]

  let message = packet.toBuffer()
  if (transport === 'udp' && message.length > question.udpBytesMax) message = truncated(packet)
  if (answer.malformed !== undefined) malform(message, answer.malformed)
  return answer.cutBytes === undefined ? message : message.subarray(0, answer.cutBytes)
}

function contentOf(question: DnsQuestion, zone: DnsZone, answer: DnsAnswer): Content {
  const isOwn = answer.rcode !== undefined || answer.records !== undefined
  const own = (answer.records ?? []).filter(({ type }) => type === 'CNAME' || isAskedFor(type, question))
  if (!isOwn) return zoneContent(question, zone)
  const rest = answer.includeZone ? zoneContent(question, zone).records : []
  return { rcode: answer.rcode ?? 'NOERROR', records: [...own, ...rest] }
}

function isAskedFor(type: string, question: DnsQuestion): boolean {
  return question.type === type || question.type === 'ANY'
}

function zoneContent(question: DnsQuestion, zone: DnsZone): Content {
  const names = Object.keys(zone)
  const found = names.find((name) => normalName(name) === question.name)
  if (found === undefined) {
    // A name above an existing one exists too, without data (RFC 8020 §2).
    const isAbove = names.some((name) => normalName(name).endsWith(`.${question.name}`))
    return { rcode: isAbove || question.name === '' ? 'NOERROR' : 'NXDOMAIN', records: [] }
  }
  const records = (['A', 'AAAA'] as const)
    .filter((type) => isAskedFor(type, question))
    .flatMap((type) => (zone[found]?.[type] ?? []).map((value) => ({ type, value })))
  return { rcode: 'NOERROR', records }
}

function encodable(record: DnsRecord, owner: string): Packet['answers'][number] {
  const data = record.type === 'CNAME' ? { domain: record.value } : { address: record.value }
  return new Packet.Resource({
    name: record.name ?? owner,
    type: Packet.TYPE[record.type],
    class: Packet.CLASS.IN,
    ttl: record.ttlSeconds ?? ttlSecondsDefault,
    ...data,
  })
}

/** Owned by the root, so that it is above every name; it says for how long "nothing" may be cached. */
function soaRecord(): Packet['answers'][number] {
  return new Packet.Resource({
    name: '',
    type: Packet.TYPE.SOA,
    class: Packet.CLASS.IN,
    ttl: ttlSecondsDefault,
    primary: 'ns.test',
    admin: 'hostmaster.test',
    serial: 1,
    refresh: 3_600,
    retry: 600,
    expiration: 86_400,
    minimum: ttlSecondsDefault,
  })
}

/** dns2's own OPT has no owner name and no `toBuffer`, so its type is not a record's. */
function optRecord(): Packet['answers'][number] {
  return new Packet.Resource({ name: '', type: Packet.TYPE.EDNS, class: ednsBytes, ttl: 0, rdata: [] })
}

/** What does not fit the client's UDP buffer is left out and TC says so (RFC 2181 §9): it asks again over TCP. */
function truncated(packet: Packet): Buffer {
  packet.header.tc = 1
  packet.answers = []
  packet.authorities = []
  return packet.toBuffer()
}

function malform(message: Buffer, how: NonNullable<DnsAnswer['malformed']>): void {
  const hasQuestion = message.readUInt16BE(4) > 0
  const recordAt = hasQuestion ? nameEnd(message, headerBytes) + 4 : headerBytes
  if (how === 'counts' || recordAt === message.length) message.writeUInt16BE(0xffff, 6)
  else if (how === 'rdlength') message.writeUInt16BE(0xffff, nameEnd(message, recordAt) + 8)
  else if (how === 'pointer-loop') message.writeUInt16BE(0xc000 | recordAt, recordAt)
  else how satisfies never
}

/** Where the name that begins at `at` ends: after its zero byte, or after a compression pointer. */
function nameEnd(message: Buffer, at: number): number {
  const length = message[at] ?? 0
  if (length === 0) return at + 1
  return length >= 0xc0 ? at + 2 : nameEnd(message, at + 1 + length)
}

/**
 * Finds what would not go over the wire as written, before anything is armed.
 * @throws Error naming the rule, what was expected and what was seen.
 */
export function checkRules(rules: readonly Rule<DnsEvent, DnsVerdict>[], zone: DnsZone): void {
  for (const [index, { match, verdict }] of rules.entries()) {
    const place = `DNS server: rule ${index + 1}`
    if (verdict.kind === 'answer') checkAnswer(place, verdict, zone)
    else if ((verdict.kind === 'reset' || verdict.kind === 'end') && match.transport !== 'tcp') {
      throw new Error(
        `${place}: "${verdict.kind}" ends a connection, so it expects match { transport: 'tcp' }, ` +
          `saw ${JSON.stringify(match)}`,
      )
    }
  }
}

/** @throws Error naming the name, what was expected and what was seen. */
export function checkZone(zone: DnsZone): void {
  for (const [name, addresses] of Object.entries(zone)) {
    const place = `DNS server: zone entry ${name}`
    checkName(place, name)
    for (const value of addresses.A ?? []) checkRecord(place, { type: 'A', value })
    for (const value of addresses.AAAA ?? []) checkRecord(place, { type: 'AAAA', value })
  }
}

function checkAnswer(place: string, answer: DnsAnswer, zone: DnsZone): void {
  const { rcode = 'NOERROR', records = [], owner, question } = answer
  // dns2 lists codes above 15 too, and would send their last four bits: BADVERS as NOERROR.
  if (!Object.hasOwn(Packet.RCODE, rcode) || Packet.RCODE[rcode] > 15) {
    throw new Error(`${place}: rcode expected a name such as NXDOMAIN, saw ${JSON.stringify(rcode)}`)
  }
  for (const record of records) checkRecord(place, record)
  if (owner !== undefined) checkName(place, owner)
  if (typeof question === 'string') checkName(place, question)
  const bytes = buildAnswer(questionForEverything(), zone, answer, 'tcp').length
  if (bytes > messageBytesMax) {
    throw new Error(`${place}: a DNS message holds ${messageBytesMax} bytes, this answer has ${bytes}`)
  }
}

function questionForEverything(): DnsQuestion {
  const question = readQuestion(buildQuestion('name.test', 'ANY'))
  if (question === undefined) throw new Error('DNS server: its own question was not understood')
  return question
}

/** dns2 encodes an IPv6 address with a dotted tail or a scope as another address, without a word. */
function checkRecord(place: string, { name, type, value }: DnsRecord): void {
  if (name !== undefined) checkName(place, name)
  if (type === 'CNAME') checkName(place, value)
  else if (type === 'A') {
    if (!isIPv4(value)) throw new Error(`${place}: A expected an IPv4 address, saw ${JSON.stringify(value)}`)
  } else if (type === 'AAAA') {
    if (!isIPv6(value) || /[.%]/.test(value)) {
      throw new Error(
        `${place}: AAAA expected an IPv6 address in hexadecimal groups only, saw ${JSON.stringify(value)}. ` +
          'Write ::ffff:127.0.0.1 as ::ffff:7f00:1',
      )
    }
  } else throw new Error(`${place}: expected a record of type A, AAAA or CNAME, saw ${type satisfies never}`)
}

/** dns2 drops empty labels and cuts characters to one byte, without a word. */
function checkName(place: string, name: string): void {
  if (!/^[!-~]+$/.test(name) || name.startsWith('.') || name.includes('..')) {
    throw new Error(`${place}: expected a host name in ASCII, saw ${JSON.stringify(name)}`)
  }
}
