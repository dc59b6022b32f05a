import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'One byte of the handshake changes on the way',
  break: network.corruptBytes({ from: 'server', afterBytes: 1_000 }),
  expect: {
    fetch: {
      name: 'TypeError',
      code: 'ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC',
      message: /^fetch failed$/,
    },
    https: { name: 'Error', code: 'EPROTO', message: /decryption failed or bad record mac/ },
    curl: { exit: 35, message: /decryption failed or bad record mac/ },
    python: { name: 'URLError', code: 'DECRYPTION_FAILED_OR_BAD_RECORD_MAC' },
    requests: { name: 'SSLError', code: 'DECRYPTION_FAILED_OR_BAD_RECORD_MAC' },
  },
  lesson: {
    story: 'TLS errors that no setting of TLS explains, on one route only.',
    why: 'A device changed a byte. TCP recomputed its checksum there; the record protection of TLS noticed.',
    seeIt: 'openssl s_client -connect api.example.test:443 </dev/null',
    clue: /bad record mac/,
    looksLike: 'record-corrupted (the server itself sends it wrong)',
    hints: ['Do both sides have the same bytes?', 'Does another route work?'],
  },
})
