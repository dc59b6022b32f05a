import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate was exchanged for an expired one; an open connection never sees it',
  break: tls.resumptionHidesChange({ daysAgo: 30, unseenBy: 'kept-connection' }),
  call: { connection: 'warm' },
  expect: {
    fetch: { status: 200 },
    https: { status: 200 },
  },
  lesson: {
    story: 'The app runs well for days. After a restart every call fails: "the deployment broke it".',
    why: 'A certificate is only looked at when a connection is made. The open one goes on; nothing differs for it.',
    seeIt: 'npm run scenario kept-connection-hides-change',
    clue: /broke +nowhere, nothing differs from the healthy call/,
    looksLike:
      'resumption-hides-change (a new connection each time), expired-cert (what a full handshake sees)',
    hints: ['Does a fresh process fail?', 'How old is the connection?'],
  },
})
