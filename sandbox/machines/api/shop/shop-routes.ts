/**
 * The shop's contract, as data: the API serves by it, a scenario's call is held against it, and faults name its routes.
 * Light, so that a scenario file can be judged without the API.
 */
interface ShopRoute {
  readonly method: 'GET' | 'POST'
  /** A part that begins with `:` stands for any one part: `/users/:id`. */
  readonly path: string
  /** Answers 401 to a request without a bearer token in `authorization`. */
  readonly wantsToken: boolean
  /** Reads JSON from the request, and refuses one without it. */
  readonly takesBody: boolean
}

const plain = { wantsToken: false, takesBody: false }

export const shopRoutes = [
  { method: 'GET', path: '/healthz', ...plain },
  { method: 'POST', path: '/login', ...plain, takesBody: true },
  { method: 'GET', path: '/users', ...plain },
  { method: 'GET', path: '/users/:id', ...plain },
  { method: 'GET', path: '/products', ...plain },
  { method: 'POST', path: '/orders', wantsToken: true, takesBody: true },
] as const satisfies readonly ShopRoute[]

type ShopPath = (typeof shopRoutes)[number]['path']

/** Each once, in the order of the routes. */
export const shopPaths = [...new Set(shopRoutes.map(({ path }) => path))] as readonly ShopPath[] as readonly [
  ShopPath,
  ...ShopPath[],
]

type NameOf<Route> = Route extends { method: infer Method extends string; path: infer Path extends string }
  ? `${Method} ${Path}`
  : never

/** `POST /orders` */
export type ShopRouteName = NameOf<(typeof shopRoutes)[number]>

/**
 * The routes that serve this path, each with its method. As Express reads a path: without the query, in any case, with
 * `/` at the end or not.
 */
export function routesAt(path: string): readonly ShopRoute[] {
  const [bare = ''] = path.split('?')
  return shopRoutes.filter((route) => {
    const pattern = route.path.replaceAll(/:\w+/g, '[^/]+')
    return new RegExp(`^${pattern}/?$`, 'i').test(bare)
  })
}

/** The token in an `authorization` header; undefined where it holds none (RFC 6750 §2.1). */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1]
}
