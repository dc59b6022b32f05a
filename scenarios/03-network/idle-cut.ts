import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'A middlebox dropped the idle connection and told nobody',
  break: network.idleCut({ by: 'silence', idleMs: 300 }),
  call: { connection: 'warm', timeoutMs: 900 },
  expect: {
    fetch: { name: 'TimeoutError', message: /aborted due to timeout/, tookMs: [850, 1_700] },
    https: { name: 'AbortError', code: 'ABORT_ERR', tookMs: [850, 1_700] },
  },
  lesson: {
    story: 'After lunch the first call hangs until the timeout; then all is well.',
    why: 'The NAT forgot the idle connection. The request goes into the void, and nobody answers.',
    seeIt: 'npm run scenario idle-cut',
    clue: /on the open connection not everything was handed on/,
    looksLike: 'half-open (a RST, at once), hang (the API got the request)',
    hints: ['Was the connection idle before?', 'Does the server see the request?'],
  },
})
