import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

const greetings = {
  smtp: '220 mail.example.test ESMTP ready\r\n',
  ssh: 'SSH-2.0-OpenSSH_9.2p1\r\n',
  garbage: '\u00ff\u0000\u00fe\u0001garbage\r\n',
}

/**
 * Something else than a web server listens on the port: a mail server, SSH, or nonsense.
 *
 * The port is wrong, or is forwarded to the wrong server. The app reads the first bytes as a TLS record.
 *
 * - `speaks`: `smtp`, `ssh` or `garbage`.
 * - Seen: `TypeError: fetch failed`, cause `ERR_SSL_WRONG_VERSION_NUMBER`; https.request `EPROTO`; curl exit 35.
 * - Source: RFC 5321 §3.1 and RFC 4253 §4.2 (greetings); RFC 8446 §5.1 (what a record begins with).
 */
export const otherProtocol = fault({
  step: 'tls',
  name: 'other-protocol',
  summary: ({ speaks }) => `other-protocol: ${speaks} instead of TLS`,
  parameters: { speaks: oneOf(['smtp', 'ssh', 'garbage'], { default: 'smtp' }) },
  plan: ({ speaks }) => ({
    point: 'tls',
    rules: [{ match: {}, verdict: { kind: 'answer', latin1: greetings[speaks] } }],
  }),
})
