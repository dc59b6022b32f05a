import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'A firewall answers with a RST, as if nobody listened',
  break: network.packetsRejected({ how: 'tcp-reset' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ECONNREFUSED', syscall: 'connect' },
    https: { name: 'Error', code: 'ECONNREFUSED', syscall: 'connect' },
    curl: { exit: 7 },
    python: { name: 'URLError', code: 'ECONNREFUSED' },
    requests: { name: 'ConnectionError', message: /Connection refused/ },
  },
  lesson: {
    story: '"Connection refused", yet the server listens and its log is empty.',
    why: 'The RST comes from the firewall, but looks exactly like a closed port.',
    seeIt: 'nft list ruleset',
    clue: /reject with tcp reset/,
    looksLike: 'connection-refused (nobody listens; the same error)',
  },
})
