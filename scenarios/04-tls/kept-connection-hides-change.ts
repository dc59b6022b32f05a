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
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null | openssl x509 -noout -dates',
    looksLike:
      'resumption-hides-change (a new connection each time), expired-cert (what a full handshake sees)',
    hints: ['Does a fresh process fail?', 'How old is the connection?'],
  },
})
