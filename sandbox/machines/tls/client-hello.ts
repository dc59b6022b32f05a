/** What a ClientHello says before anything is encrypted (RFC 8446 §4.1.2, RFC 6066 §3). */
export interface ClientHello {
  /** Empty when the client named no server. */
  readonly serverName: string
  /** It asks for a stapled OCSP response (RFC 6066 §8). */
  readonly asksForStaple: boolean
}

/** `incomplete`: more bytes are needed. `not-tls`: these bytes will never become a ClientHello. */
export type HelloRead = ClientHello | 'incomplete' | 'not-tls'

const handshakeRecord = 22
const clientHelloMessage = 1
const serverNameExtension = 0
const statusRequestExtension = 5
const recordHeaderBytes = 5
/** A ClientHello with post-quantum key shares takes about 2 KB: what is far beyond is something else. */
const helloBytesMax = 65_536

/** Reads the first flight of a client, which TCP and the record layer may have cut anywhere. */
export function readClientHello(bytes: Buffer): HelloRead {
  if (bytes.length > 0 && bytes[0] !== handshakeRecord) return 'not-tls'
  const message = handshakeBytes(bytes)
  if (message === 'not-tls') return message
  if (message.length > 0 && message[0] !== clientHelloMessage) return 'not-tls'
  if (message.length < 4) return 'incomplete'
  const bodyBytes = message.readUIntBE(1, 3)
  if (bodyBytes > helloBytesMax) return 'not-tls'
  if (message.length < 4 + bodyBytes) return 'incomplete'
  try {
    const extensions = extensionsOf(message.subarray(4, 4 + bodyBytes))
    return {
      serverName: serverNameOf(extensions.get(serverNameExtension)),
      asksForStaple: extensions.has(statusRequestExtension),
    }
  } catch (error) {
    if (error instanceof RangeError) return 'not-tls'
    throw error
  }
}

/** The payloads of the records so far, joined. */
function handshakeBytes(bytes: Buffer): Buffer | 'not-tls' {
  const payloads: Buffer[] = []
  let at = 0
  while (at + recordHeaderBytes <= bytes.length) {
    if (bytes[at] !== handshakeRecord || bytes[at + 1] !== 3) return 'not-tls'
    const end = at + recordHeaderBytes + bytes.readUInt16BE(at + 3)
    payloads.push(bytes.subarray(at + recordHeaderBytes, end))
    at = end
  }
  return Buffer.concat(payloads)
}

/** By their type. @throws RangeError when a length points outside the message. */
function extensionsOf(body: Buffer): ReadonlyMap<number, Buffer> {
  const extensions = new Map<number, Buffer>()
  let at = 2 + 32
  at += 1 + body.readUInt8(at)
  at += 2 + body.readUInt16BE(at)
  at += 1 + body.readUInt8(at)
  if (at === body.length) return extensions
  const end = at + 2 + body.readUInt16BE(at)
  at += 2
  while (at < end) {
    const length = body.readUInt16BE(at + 2)
    extensions.set(body.readUInt16BE(at), body.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return extensions
}

/** The first name of the list: no client sends two. */
function serverNameOf(extension: Buffer | undefined): string {
  if (extension === undefined) return ''
  return extension.toString('latin1', 5, 5 + extension.readUInt16BE(3))
}
