import { createHash } from 'node:crypto'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import type { ReplyFlaw } from '../shared/trace.ts'

/** A reply as its bytes are. */
export interface Reply {
  readonly status: number
  /** Name, value, name, value: in the order and spelling of the bytes. */
  readonly headers: readonly string[]
  /** Of the body, decoded as its head says; of what there is of it, where it is not whole. */
  readonly body: Buffer
  readonly flaws: readonly ReplyFlaw[]
  /** All that the head promises has come. */
  readonly isWhole: boolean
}

/** What may be kept of one reply. Of a longer one only the beginning is read. */
const bodyBytesMax = 16 * 1024 * 1024

const statusLine = /^HTTP\/1\.[01] ([1-9]\d\d)(?: [^\r\n]*)?$/
const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/

type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-end' }

/**
 * Reads replies off a connection, strictly and with nothing but the bytes (RFC 9112): so what leaves a server is told
 * by another reader than the one that wrote it.
 */
export class ReplyReader {
  #rest: Buffer = Buffer.alloc(0)
  #head: { status: number; headers: string[]; framing: Framing } | undefined
  #body: Buffer[] = []
  #bodyBytes = 0
  #flaws: ReplyFlaw[] = []
  readonly #onReply: (reply: Reply) => void
  /** The method of the request that the next reply answers; undefined where none was asked. */
  readonly #methodOf: () => string | undefined

  constructor(methodOf: () => string | undefined, onReply: (reply: Reply) => void) {
    this.#methodOf = methodOf
    this.#onReply = onReply
  }

  /** Whether a reply has begun and is not whole yet. */
  get isUnderWay(): boolean {
    return this.#head !== undefined || this.#rest.length > 0
  }

  add(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    while (this.#step());
  }

  /** The connection ends: what is not whole by now never will be. */
  end(): void {
    if (this.#head?.framing.kind === 'until-end') this.#tell(true)
    else this.giveUp()
  }

  /** What has come of a reply is told as it is. */
  giveUp(): void {
    if (this.#head === undefined && this.#rest.length > 0) {
      this.#flaws.push('bad-head')
      this.#head = { status: 0, headers: [], framing: { kind: 'none' } }
    }
    if (this.#head !== undefined) this.#tell(false)
  }

  /** @returns whether there may be more to do. */
  #step(): boolean {
    return this.#head === undefined ? this.#readHead() : this.#readBody(this.#head.framing)
  }

  #readHead(): boolean {
    const end = this.#rest.indexOf('\r\n\r\n')
    if (end === -1) return false
    const [first = '', ...lines] = this.#rest.toString('latin1', 0, end).split('\r\n')
    this.#rest = this.#rest.subarray(end + 4)
    const status = Number(statusLine.exec(first)?.[1] ?? 0)
    const headers = lines.flatMap((line) => headerLine.exec(line)?.slice(1) ?? [])
    if (status === 0 || headers.length < 2 * lines.length) this.#flaws.push('bad-head')
    const method = this.#methodOf()
    if (method === undefined) this.#flaws.push('unasked')
    // An interim reply has no body, and another reply behind it.
    const framing: Framing =
      status < 200 && status !== 0 ? { kind: 'none' } : this.#framing(status, headers, method)
    this.#head = { status, headers, framing }
    return true
  }

  #framing(status: number, headers: readonly string[], method: string | undefined): Framing {
    const lengths = valuesOf(headers, 'content-length')
    const codings = valuesOf(headers, 'transfer-encoding')
    if (lengths.length > 1) this.#flaws.push('two-lengths')
    if (lengths.some((each) => !/^\d+$/.test(each))) this.#flaws.push('bad-head')
    if (lengths.length > 0 && codings.length > 0) this.#flaws.push('length-and-chunks')
    if (method === 'HEAD' || status === 204 || status === 304) return { kind: 'none' }
    if (codings.at(-1)?.toLowerCase().endsWith('chunked')) return { kind: 'chunked' }
    if (lengths.length > 0) return { kind: 'length', bytes: Number(lengths[0]) || 0 }
    return { kind: 'until-end' }
  }

  #readBody(framing: Framing): boolean {
    switch (framing.kind) {
      case 'none':
        return this.#tell(true)
      case 'length':
        this.#take(Math.min(this.#rest.length, framing.bytes - this.#bodyBytes))
        return this.#bodyBytes >= framing.bytes && this.#tell(true)
      case 'until-end':
        this.#take(this.#rest.length)
        return false
      case 'chunked':
        return this.#readChunk()
      default:
        return framing satisfies never
    }
  }

  #readChunk(): boolean {
    const end = this.#rest.indexOf('\r\n')
    if (end === -1) return false
    const size = /^([0-9a-fA-F]+)(?:;.*)?$/.exec(this.#rest.toString('latin1', 0, end))?.[1]
    if (size === undefined) {
      this.#flaws.push('bad-chunk')
      return this.#tell(false)
    }
    const bytes = Number.parseInt(size, 16)
    const total = end + 2 + bytes + 2
    if (this.#rest.length < total) return false
    if (this.#rest.toString('latin1', total - 2, total) !== '\r\n') this.#flaws.push('bad-chunk')
    this.#rest = this.#rest.subarray(end + 2)
    this.#take(bytes)
    this.#rest = this.#rest.subarray(2)
    return bytes > 0 || this.#tell(true)
  }

  #take(bytes: number): void {
    if (this.#bodyBytes < bodyBytesMax && bytes > 0) this.#body.push(this.#rest.subarray(0, bytes))
    this.#bodyBytes += bytes
    this.#rest = this.#rest.subarray(bytes)
  }

  #tell(isWhole: boolean): true {
    const { headers, status } = this.#head!
    if (!isWhole && !this.#flaws.includes('bad-chunk')) this.#flaws.push('too-short')
    const raw = Buffer.concat(this.#body)
    const body = isWhole ? this.#decoded(raw, headers) : raw
    if (isWhole && raw.length > 0 && !isWhat(body, headers)) this.#flaws.push('not-its-type')
    const flaws = this.#flaws
    this.#head = undefined
    this.#body = []
    this.#bodyBytes = 0
    this.#flaws = []
    this.#onReply({ status, headers, body, flaws, isWhole })
    return true
  }

  #decoded(raw: Buffer, headers: readonly string[]): Buffer {
    const [coding = 'identity'] = valuesOf(headers, 'content-encoding')
    const decode = decoders[coding.toLowerCase()]
    try {
      if (decode !== undefined) return decode(raw)
    } catch {
      // Told below.
    }
    this.#flaws.push('not-decodable')
    return raw
  }
}

const decoders: Readonly<Record<string, (raw: Buffer) => Buffer>> = {
  identity: (raw) => raw,
  gzip: (raw) => gunzipSync(raw),
  deflate: (raw) => inflateSync(raw),
  br: (raw) => brotliDecompressSync(raw),
}

/** The values of every header line of this name. */
export function valuesOf(headers: readonly string[], name: string): string[] {
  return headers.filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === name)
}

/** Whether a body that says it is JSON can be read as JSON (RFC 8259 §2); of other types there is nothing to say. */
function isWhat(body: Buffer, headers: readonly string[]): boolean {
  if (!/^application\/([\w.]+\+)?json\b/i.test(valuesOf(headers, 'content-type')[0] ?? '')) return true
  try {
    JSON.parse(body.toString('utf8'))
    return true
  } catch {
    return false
  }
}

/** SHA-256, the first 16 hex digits. */
export function digestOf(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16)
}
