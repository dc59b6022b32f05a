import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameReader, type Part, UnreadableMessage } from '../../../sandbox/machines/shared/pg-frames.ts'
import { message, say } from './statement-bench.ts'

// A stream has no messages: they are cut from it wherever its chunks end, and none of its bytes is lost or changed.

function read(from: 'api' | 'postgres', chunks: readonly Buffer[]): Part[] {
  const reader = new FrameReader(from)
  const parts: Part[] = []
  for (const chunk of chunks) {
    reader.add(chunk)
    for (let part = reader.next(); part !== undefined; part = reader.next()) parts.push(part)
  }
  return parts
}

const typesOf = (parts: readonly Part[]) => parts.filter(({ isFirst }) => isFirst).map(({ type }) => type)
const bytesOf = (parts: readonly Part[]) => Buffer.concat(parts.map(({ bytes }) => bytes))

/** All that an API may say, the opening first, and one message that is far longer than a part. */
const stream = Buffer.concat([
  ...[say.ssl, say.gss, say.startup('ada'), message('p', 'secret')],
  ...[say.query('SELECT 1'), say.parse('SELECT 1', 's'), say.bind('s'), say.execute(), say.sync],
  ...[say.data('x'.repeat(200_000)), say.done, message('X')],
])
const types = ['', '', '', 'p', 'Q', 'P', 'B', 'E', 'S', 'd', 'c', 'X']

function split(bytes: Buffer, at: readonly number[]): Buffer[] {
  const cuts = [0, ...at.map((each) => each % bytes.length).sort((one, other) => one - other), bytes.length]
  return cuts.slice(1).map((to, index) => bytes.subarray(cuts[index], to))
}

test('single bytes', () => {
  const parts = read(
    'api',
    split(
      stream,
      Array.from({ length: stream.length }, (_, at) => at),
    ),
  )
  expect(typesOf(parts)).toEqual(types)
  expect(bytesOf(parts).equals(stream)).toBe(true)
})

test('any chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 60 }), fc.boolean(), (at, isAtTheStart) => {
      const cuts = isAtTheStart ? at.map((each) => each % 300) : at
      const parts = read('api', split(stream, cuts))
      expect(typesOf(parts)).toEqual(types)
      expect(bytesOf(parts).equals(stream)).toBe(true)
    }),
  )
})

test('the first part of a long message has its names, and the parts add up to it', () => {
  const long = say.parse(`/* step=a req=b.1 */ SELECT '${'x'.repeat(300_000)}'`, 'name')
  const parts = read('postgres', split(long, [5, 100_000, 100_001]))
  expect(parts[0]?.body.subarray(0, 25).toString()).toBe('name\0/* step=a req=b.1 */')
  expect(parts.map(({ isFirst }) => isFirst)).toEqual(parts.map((_, index) => index === 0))
  expect(parts.map(({ isLast }) => isLast)).toEqual(parts.map((_, index) => index === parts.length - 1))
  expect(bytesOf(parts).equals(long)).toBe(true)
})

test('a long message in small chunks takes time as it has bytes, and no more memory than a part', () => {
  const chunk = Buffer.alloc(1_000)
  const length = Buffer.from([100, 0, 0, 0, 0])
  length.writeInt32BE(100_000_004, 1)
  const reader = new FrameReader('postgres')
  const startedMs = performance.now()
  reader.add(length)
  let [bytes, waiting, waitingMax] = [0, 0, 0]
  for (let count = 0; count < 100_000; count += 1) {
    reader.add(chunk)
    waiting += chunk.length
    for (let part = reader.next(); part !== undefined; part = reader.next()) {
      bytes += part.bytes.length
      waiting = 0
    }
    waitingMax = Math.max(waitingMax, waiting)
  }
  expect(bytes).toBe(100_000_005)
  expect(waitingMax).toBeLessThan(70_000)
  expect(performance.now() - startedMs).toBeLessThan(3_000)
})

test.each([
  ['api', Buffer.from([0, 0, 0, 7, 0, 0, 0])],
  ['api', Buffer.from([0, 0, 0x27, 0x11, 0, 3, 0, 0])],
  ['api', Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 3, 0, 0])],
  ['api', Buffer.concat([say.startup('x'), Buffer.from([81, 0, 0, 0, 3])])],
  ['postgres', Buffer.from([68, 0, 0, 0, 3])],
  ['postgres', Buffer.from([68, 0x40, 0, 0, 0])],
  ['postgres', Buffer.from('HTTP/1.1 400')],
] as const)('from %s, %o is no message of Postgres', (from, bytes) => {
  expect(() => read(from, [bytes])).toThrow(UnreadableMessage)
})
