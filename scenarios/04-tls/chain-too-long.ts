import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: '120 intermediates between certificate and root',
  break: tls.chainTooLong({ intermediates: 120 }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    nodeMessage: /unable to get local issuer certificate/,
    message: /certificate chain too long/,
  }),
  lesson: {
    story: 'A script appended the chain to the file at every renewal; one day calls began to fail.',
    why: 'Clients follow 100 certificates at most. Node then only says that it found no issuer.',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null | grep -c BEGIN',
    clue: /^12\d$/m,
    looksLike: 'missing-intermediate, untrusted-root-not-sent (too few certificates, not too many)',
    hints: ['How many certificates are sent?', 'What does curl say?'],
  },
})
