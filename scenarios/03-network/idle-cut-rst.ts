import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The idle connection is reset: nobody notices',
  break: network.idleCut({ by: 'rst', idleMs: 300 }),
  call: { connection: 'warm' },
  expect: {
    fetch: { status: 200 },
    https: { status: 200 },
  },
  lesson: {
    story: 'A graph shows resets all night; no call fails.',
    why: 'A RST on a connection that nobody uses only empties the pool. The next call opens a new one.',
    seeIt: 'npm run scenario idle-cut-rst',
    clue: /on the open connection a RST came/,
    looksLike: 'half-open (the RST comes only when the request is sent, and the call fails)',
    hints: ['Was a request on its way when the RST came?'],
  },
})
