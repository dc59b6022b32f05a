import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server speaks only TLS 1.1',
  break: tls.oldVersion({ tlsVersion: 'TLSv1.1' }),
  expect: {
    fetch: {
      name: 'TypeError',
      code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
      message: /tlsv1 alert protocol version/,
    },
    https: { name: 'Error', code: 'EPROTO', syscall: 'write', message: /tlsv1 alert protocol version/ },
    curl: { exit: 35, message: /legacy sigalg disallowed or unsupported/ },
    python: { name: 'URLError', message: /legacy sigalg disallowed or unsupported/ },
    requests: { name: 'SSLError', message: /legacy sigalg disallowed or unsupported/ },
  },
  lesson: {
    story: 'The partner raised its server by one version. It changed nothing.',
    why: 'TLS 1.1 was retired together with 1.0: both sign over SHA-1. The lowest that clients take is 1.2.',
    seeIt: "openssl s_client -tls1_1 -cipher 'ALL@SECLEVEL=0' -connect api.example.test:443 </dev/null",
    clue: /Protocol {2}: TLSv1\.1\s+Cipher {4}: ECDHE/,
    looksLike: 'old-version (TLS 1.0, the same words)',
    hints: ['Which version does the server speak?', 'Which is the lowest that the client offers?'],
  },
})
