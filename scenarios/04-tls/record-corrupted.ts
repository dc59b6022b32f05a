import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'One bit of the encrypted handshake is flipped on its way',
  break: tls.recordCorrupted(),
  expect: handshakeFails.inOpenssl({
    code: 'DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
    message: /decryption failed or bad record mac/,
  }),
  lesson: {
    story: 'Now and then a call fails with "bad record mac". Retrying helps.',
    why: 'Something on the way changes bytes. TCP did not notice; TLS does, and stops.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /bad record mac/,
    looksLike: 'bad-signature (the certificate itself is damaged), plain-http-on-tls-port (no TLS at all)',
    hints: ['Is it every call or one in many?', 'Is it the same from another network?'],
  },
})
