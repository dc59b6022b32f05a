import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'A firewall forbids the connection, and says so',
  break: network.packetsRejected({ how: 'admin-prohibited' }),
  expect: {
    fetch: { name: 'TypeError', code: 'EHOSTUNREACH', syscall: 'connect' },
    https: { name: 'Error', code: 'EHOSTUNREACH', syscall: 'connect' },
    curl: { exit: 7 },
    python: { name: 'URLError', code: 'EHOSTUNREACH' },
    requests: { name: 'ConnectionError', message: /No route to host/ },
  },
  lesson: {
    story: '"No route to host", though the host answers others.',
    why: 'The firewall answers "administratively prohibited", which the kernel reports as an unreachable host.',
    seeIt: 'nft list ruleset',
    clue: /reject with icmpx admin-prohibited/,
    looksLike: 'host-unreachable (the same error; only the ICMP code differs)',
  },
})
