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
    seeIt: 'ss -tno dst :443',
    looksLike: 'half-open (a RST, at once), a hanging backend (its log has the request)',
    hints: ['Was the connection idle before?', 'Does the server see the request?'],
  },
})
