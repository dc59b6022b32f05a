/** The name every client calls. Reserved for tests by RFC 6761, so it exists nowhere else. */
export const hostName = 'api.example.test'

/** Where browsers get pages from. The first is the app's own origin, the only one that the API allows. */
export const pageHosts = ['app.example.test', 'www.example.test'] as const

export type PageHostName = (typeof pageHosts)[number]
