import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server refuses the handshake with an alert: internal_error',
  break: tls.alert({ description: 'internal_error' }),
  expect: {
    fetch: {
      name: 'TypeError',
      code: 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
      message: /tlsv1 alert internal error/,
    },
    https: { name: 'Error', code: 'EPROTO', syscall: 'write', message: /tlsv1 alert internal error/ },
    curl: { exit: 35, message: /tlsv1 alert internal error/ },
    python: { name: 'URLError', code: 'TLSV1_ALERT_INTERNAL_ERROR', message: /tlsv1 alert internal error/ },
    requests: { name: 'SSLError', code: 'TLSV1_ALERT_INTERNAL_ERROR', message: /tlsv1 alert internal error/ },
  },
  lesson: {
    story: 'A new host name at the CDN: "tlsv1 alert internal error".',
    why: 'The server gave up and said so in one word. CDNs say it when they have no certificate for the host.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    looksLike: 'unrecognized-name (another word, the same place), cut-in-handshake (no word at all)',
    hints: ['Which alert is it?', 'Is the host set up at the server?'],
  },
})
