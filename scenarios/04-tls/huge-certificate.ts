import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The certificate carries 10 000 names',
  break: tls.hugeCertificate({ names: 10_000 }),
  expect: handshakeFails.inOpenssl({
    code: 'EXCESSIVE_MESSAGE_SIZE',
    message: /excessive message size/,
  }),
  lesson: {
    story: 'One certificate for every customer: with the ten-thousandth nobody can call any more.',
    why: 'Clients read certificates up to 100 KB in all, then give up.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /excessive message size/,
    looksLike: 'record-corrupted, plain-http-on-tls-port (also curl exit 35: read the words)',
    hints: ['How big is the certificate?', 'Since when does it grow?'],
  },
})
