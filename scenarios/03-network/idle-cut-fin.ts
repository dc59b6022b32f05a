import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'The idle connection is ended with a FIN: nobody notices',
  break: network.idleCut({ by: 'fin', idleMs: 300 }),
  call: { connection: 'warm' },
  expect: {
    fetch: { status: 200 },
    https: { status: 200 },
  },
  lesson: {
    story: 'Calls after a pause are a little slower; nothing fails.',
    why: 'The client was told and had time to hear it: it opened a second connection for the next call.',
    seeIt: 'npm run scenario idle-cut-fin',
    clue: /on the open connection a FIN came/,
    looksLike: 'idle-cut (by silence: the next call hangs), keep-alive-race (the FIN meets the request)',
    hints: ['How many connections does the server count?'],
  },
})
