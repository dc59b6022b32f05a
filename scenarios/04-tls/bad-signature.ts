import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'One bit of the signature on the certificate is wrong',
  break: tls.badSignature({ which: 'leaf' }),
  expect: {
    ...handshakeFails.certificateRefused({
      nodeCode: 'CERT_SIGNATURE_FAILURE',
      message: /certificate signature failure/,
    }),
    curl: { exit: 35, message: /asn1 encoding routines::EVP lib/ },
  },
  lesson: {
    story: 'The certificate looks right in every viewer, and no client takes it.',
    why: 'The signature does not fit: the file was damaged, or somebody forged it.',
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    clue: /certificate signature failure/,
    looksLike:
      "key-mismatch (the certificate is fine, the server's key is another), record-corrupted (damage on the way)",
    hints: ["Does the signature fit the issuer's key?", 'Is it the same from every network?'],
  },
})
