import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The chain ends at a root nobody trusts, and the server sends that root too',
  break: tls.untrustedRoot({ root: 'sent' }),
  expect: {
    ...handshakeFails.certificateRefused({
      nodeCode: 'SELF_SIGNED_CERT_IN_CHAIN',
      message: /self-signed certificate in certificate chain/,
    }),
    chromium: { name: 'TypeError', code: 'ERR_CERT_AUTHORITY_INVALID', message: /^Failed to fetch$/ },
  },
  lesson: {
    story: 'It works in the browser, and fails in Node behind the company proxy.',
    why: "The chain ends at a private root. Browsers use the system's store; Node has its own: set NODE_EXTRA_CA_CERTS.",
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    clue: /self-signed certificate in certificate chain/,
    looksLike: 'self-signed (one certificate), untrusted-root-not-sent (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)',
    hints: ['Who issued the last certificate sent?', 'Which trust store does this client read?'],
  },
})
