import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The server speaks only TLS 1.0',
  break: tls.oldVersion({ tlsVersion: 'TLSv1' }),
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
    story: 'Since the upgrade to a new Node the old partner system cannot be called.',
    why: 'TLS 1.0 was retired in 2021. Node no longer offers it; curl here still would, but refuses its signatures.',
    seeIt: "openssl s_client -tls1 -cipher 'ALL@SECLEVEL=0' -connect api.example.test:443 </dev/null",
    clue: /Protocol {2}: TLSv1\s+Cipher {4}: ECDHE/,
    looksLike: 'version-mismatch ("unsupported protocol"), no-shared-cipher ("handshake failure")',
    hints: ['Which version does the server speak?', 'Who refuses: client or server?'],
  },
})
