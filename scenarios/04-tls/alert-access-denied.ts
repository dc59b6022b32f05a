import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server refuses the handshake with an alert: access_denied',
  break: tls.alert({ description: 'access_denied' }),
  expect: handshakeFails.inOpenssl({
    code: 'TLSV1_ALERT_ACCESS_DENIED',
    message: /tlsv1 alert access denied/,
  }),
  lesson: {
    story: 'Works from the office, "access denied" from the cloud.',
    why: 'The server knows how to go on and will not: a rule about who may call. Retrying changes nothing.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /alert access denied/,
    looksLike:
      'unrecognized-name (it does not know the host), missing-credentials (401: after the handshake)',
    hints: ['From which address does the call come?', 'Who may call this server?'],
  },
})
