import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate was exchanged for an expired one; a resumed TLS session never sees it',
  break: tls.resumptionHidesChange({ daysAgo: 30, unseenBy: 'resumed-session' }),
  call: { connection: 'resumed' },
  expect: {
    https: { status: 200 },
  },
  lesson: {
    story:
      'curl says the certificate expired. The app opens a new connection each time and is fine, until it restarts.',
    why: 'The app holds a ticket of its first session. With that the server needs no certificate, so nobody looks at the new one.',
    seeIt: 'npm run scenario resumption-hides-change',
    clue: /broke +nowhere, nothing differs from the healthy call/,
    looksLike:
      'kept-connection-hides-change (no new connection at all), expired-cert (what a full handshake sees)',
    hints: ['Does a fresh process fail?', 'Does the client say that its session was reused?'],
  },
})
