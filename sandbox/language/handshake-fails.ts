interface Refusal {
  /** Node's own name for the reason; Python has one for all. */
  readonly nodeCode: string
  /** OpenSSL's words, which every client hands on. */
  readonly message: RegExp
  /** Where Node's words differ: it checks to the end and tells the last reason, the others stop at the first. */
  readonly nodeMessage?: RegExp
}

interface OpensslError {
  /** OpenSSL's name for it, as Python gives it. fetch puts `ERR_SSL_` before it, https hides it behind EPROTO. */
  readonly code: string
  /** OpenSSL's words, which every client hands on. */
  readonly message: RegExp
  /** Where fetch has another name, and Node other words: the OpenSSL that Node brings is not the system's. */
  readonly fetchCode?: string
  readonly nodeMessage?: RegExp
}

/** Both hand on what Python's `ssl` says. */
function inPython(code: string, message: RegExp) {
  return { python: { name: 'URLError', code, message }, requests: { name: 'SSLError', code, message } }
}

/**
 * What each client says when the handshake fails. A scenario names what is particular to its fault: OpenSSL's name and
 * words for it, and Node's where they differ. How a client passes them on is the same for every fault, which is why it
 * stands here once.
 *
 * Source: SSL_CTX_set_verify(3) on going on behind a reason; libcurl-errors(3) for the exit codes of curl.
 */
export const handshakeFails = {
  /** The client has read the certificates, and does not accept them. */
  certificateRefused: ({ nodeCode: code, message, nodeMessage = message }: Refusal) => ({
    fetch: { name: 'TypeError', code, message: nodeMessage },
    https: { name: 'Error', code, message: nodeMessage },
    curl: { exit: 60, message },
    ...inPython('CERTIFICATE_VERIFY_FAILED', message),
  }),
  /** OpenSSL itself gives up: the server sent an alert, or something with which no handshake goes on. */
  inOpenssl: ({ code, message, fetchCode = `ERR_SSL_${code}`, nodeMessage = message }: OpensslError) => ({
    fetch: { name: 'TypeError', code: fetchCode, message: nodeMessage },
    https: { name: 'Error', code: 'EPROTO', syscall: 'write', message: nodeMessage },
    curl: { exit: 35, message },
    ...inPython(code, message),
  }),
}
