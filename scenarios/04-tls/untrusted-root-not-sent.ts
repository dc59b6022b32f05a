import { handshakeFails, scenario, tls } from '#sandbox/tls'

export default scenario({
  title: 'The chain ends at a root nobody trusts, which is not sent',
  break: tls.untrustedRoot({ root: 'not-sent' }),
  expect: handshakeFails.certificateRefused({
    nodeCode: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    message: /unable to get local issuer certificate/,
  }),
  lesson: {
    story: 'Company tools work, the new container does not.',
    why: "The last certificate sent names an issuer that is not in the client's store. The private root must be added there.",
    seeIt: 'openssl s_client -showcerts -connect api.example.test:443 </dev/null',
    clue: /unable to get local issuer certificate/,
    looksLike:
      'missing-intermediate (the same words in curl; Node: UNABLE_TO_VERIFY_LEAF_SIGNATURE), untrusted-root',
    hints: ['Does the server send the intermediate?', "Is the root in this client's store?"],
  },
})
