import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server refuses the handshake with an alert: internal_error',
  break: tls.alert({ description: 'internal_error' }),
  expect: handshakeFails.inOpenssl({
    code: 'TLSV1_ALERT_INTERNAL_ERROR',
    message: /tlsv1 alert internal error/,
  }),
  lesson: {
    story: 'A new host name at the CDN: "tlsv1 alert internal error".',
    why: 'The server gave up and said so in one word. CDNs say it when they have no certificate for the host.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /alert internal error/,
    looksLike: 'unrecognized-name (another word, the same place), cut-in-handshake (no word at all)',
    hints: ['Which alert is it?', 'Is the host set up at the server?'],
  },
})
