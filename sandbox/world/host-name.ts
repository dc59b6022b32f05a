/** The name every client calls. Reserved for tests by RFC 6761, so it exists nowhere else. */
export const hostName = 'api.example.test'
