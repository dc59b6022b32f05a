/**
 * How each client is told to trust the run's root certificate, by its own means: Node at start, curl and OpenSSL's
 * own tools, Python's ssl, Python's requests.
 */
export function trust(authorityFile: string): Record<string, string> {
  return {
    NODE_EXTRA_CA_CERTS: authorityFile,
    CURL_CA_BUNDLE: authorityFile,
    SSL_CERT_FILE: authorityFile,
    REQUESTS_CA_BUNDLE: authorityFile,
  }
}
