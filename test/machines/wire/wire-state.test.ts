import { expect, test } from 'vitest'
import { hasIpv6 } from '../../../sandbox/host/ground/loopback-ground.ts'
import { call, ground, observed, openAtServer, openWire, seen, silence, wire } from './wire-bench.ts'

// What a connect meets is the kernel's word, so a probe or a client's errno is asserted, not what the wire intended.
// And a state is borrowed: what was open before goes on, and after healing the same port works.

test('full: others hold the connections that there are, and a further one is struck', async () => {
  await wire.arm({ state: { kind: 'full', connections: 3, strike: 'reset' } })
  await expect.poll(openAtServer).toHaveLength(3)
  expect(seen).toEqual([])
  const struck = call('hello')
  await struck.untilFate()
  expect(struck.fate).toBe('ECONNRESET')
  expect(await wire.evidence()).toEqual({
    fired: 1,
    counted: '1 connection',
    text: '1 connection was reset, beside 3 of others',
  })
  // A connection that ends makes room.
  openAtServer()[0]!.destroy()
  await expect.poll(() => wire.open).toBe(2)
  expect(openAtServer()).toHaveLength(2)
  const fresh = call('hello')
  await fresh.until(() => fresh.text === 'hello')
  await wire.quiet(1)
  await expect.poll(openAtServer).toHaveLength(2)

  await wire.heal()
  await expect.poll(openAtServer).toHaveLength(0)
  const after = call('hello')
  await after.until(() => after.text === 'hello')
})

test('full: others get their connections also where a client has some already, and it keeps them', async () => {
  const open = [call('hello'), call('hello'), call('hello')]
  for (const each of open) await each.until(() => each.text === 'hello')
  await wire.arm({ state: { kind: 'full', connections: 2, strike: 'cut' } })
  const struck = call('hello')
  await struck.untilFate()
  expect(await wire.evidence()).toMatchObject({ fired: 1, text: '1 connection was cut, beside 2 of others' })
  await wire.heal()
  await silence()
  expect(open.map(({ fate }) => fate)).toEqual([undefined, undefined, undefined])
})

test('closed: a connect is refused, what is open goes on, and healing opens the same port', async () => {
  const open = call('hello')
  await open.until(() => open.text === 'hello')
  const port = wire.port
  await wire.arm({ state: { kind: 'closed' } })
  const refused = call()
  await refused.untilFate()
  expect(refused.fate).toBe('ECONNREFUSED')
  expect(await wire.evidence()).toEqual({
    fired: 1,
    text: `a probe of 127.0.0.1:${port}: ECONNREFUSED`,
    isProbed: true,
  })
  open.socket.write(' again')
  await open.until(() => open.text === 'hello again')

  await wire.heal()
  await wire.heal()
  expect(wire.port).toBe(port)
  const after = call('hello')
  await after.until(() => after.text === 'hello')
})

test.skipIf(process.platform !== 'linux')(
  'backlog-full: a connect never ends, and the kernel says so (Linux only)',
  async () => {
    await wire.arm({ state: { kind: 'backlog-full' } })
    expect(await wire.evidence()).toMatchObject({
      fired: 0,
      text: '0 SYNs were not answered (kernel: SYN_SENT)',
    })
    const waiting = [call('hello'), call('hello')]
    await silence()
    expect(waiting.map(({ socket, fate }) => [socket.connecting, fate])).toEqual([
      [true, undefined],
      [true, undefined],
    ])
    for (const { socket } of waiting) socket.destroy()
    expect(await wire.evidence()).toEqual({
      fired: 2,
      counted: '2 SYNs',
      text: '2 SYNs were not answered (kernel: SYN_SENT)',
    })

    await wire.heal()
    const after = call('hello')
    await after.until(() => after.text === 'hello')
  },
)

test.skipIf(process.platform !== 'linux' || !hasIpv6())(
  'by-family: IPv6 is met with silence, IPv4 refused, each at its own address (Linux with IPv6 only)',
  async () => {
    const state = { kind: 'by-family', ipv6: 'silence', ipv4: 'works' } as const
    await expect(wire.arm({ state })).rejects.toThrow('expected an IPv6 address')
    const both = await openWire({ address6: '::1' })
    const { port } = both
    const reached = () => Promise.all(['127.0.0.1', '::1'].map((address) => ground.probe(address, port)))
    expect(await reached()).toEqual(['connected', 'connected'])
    expect(observed('accepted').map(({ address }) => address)).toEqual(['127.0.0.1', '::1'])

    await both.arm({ state })
    expect(await reached()).toEqual(['connected', 'ETIMEDOUT'])
    expect((await both.evidence()).fired).toBe(1)
    await both.arm({ state: { ...state, ipv6: 'refused' } })
    expect(await reached()).toEqual(['connected', 'ECONNREFUSED'])
    expect(await both.evidence()).toEqual({
      fired: 1,
      text: `a probe of [::1]:${port}: ECONNREFUSED`,
      isProbed: true,
    })
    await both.arm({ state: { ...state, ipv4: 'refused' } })
    expect(await reached()).toEqual(['ECONNREFUSED', 'ETIMEDOUT'])

    await both.heal()
    expect(await reached()).toEqual(['connected', 'connected'])
    await both.close()
  },
)

test('arms all or nothing: when a state cannot be applied, the wire works as before', async () => {
  const broken = await openWire({
    ground: {
      listen: (...open) => ground.listen(...open),
      bindUdp: (...open) => ground.bindUdp(...open),
      probe: (...open) => ground.probe(...open),
      fillBacklog: () => Promise.reject(new Error('no backlog here')),
      occupy: (...open) => ground.occupy(...open),
    },
  })
  await expect(broken.arm({ state: { kind: 'backlog-full' } })).rejects.toThrow('no backlog here')
  expect(await ground.probe('127.0.0.1', broken.port)).toBe('connected')
  await broken.close()
})
