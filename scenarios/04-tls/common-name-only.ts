import { scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The host stands in the common name only, not in the alternative names',
  break: tls.noSan({ commonName: 'host' }),
  expect: {
    all: { status: 200 },
  },
  lesson: {
    story: 'curl and the server-side app call happily. The browser shows NET::ERR_CERT_COMMON_NAME_INVALID.',
    why: 'Browsers ignore the common name; these clients still read it where there is nothing else.',
    seeIt:
      'openssl s_client -connect api.example.test:443 </dev/null | openssl x509 -noout -subject -ext subjectAltName',
    clue: /No extensions in certificate/,
    looksLike: 'no-san (no name at all: everybody refuses)',
    hints: ['Does every client fail?', 'Where in the certificate does the host stand?'],
  },
})
