import { shopPassword } from '../../database/shop.ts'
import { bearerToken, type ShopRouteName, shopRoutes } from '../shop/shop-routes.ts'
import type { Database } from './pool.ts'
import { Refusal, type Reply } from './refusal.ts'
import { issueToken, userOfToken } from './tokens.ts'

const tokenLifetimeMs = 3_600_000

/** The largest `integer` Postgres holds: what is larger cannot be an id, and would be its error, not ours. */
const idMax = 2_147_483_647

/** A request as a route sees it. */
export interface Call {
  /** The X-Request-Id. */
  readonly request: string
  readonly params: Readonly<Record<string, unknown>>
  readonly body: unknown
  readonly authorization: string | undefined
}

/** A call with the user whose token came with it, where the route wants one. */
interface AdmittedCall extends Call {
  readonly userId: number | undefined
}

type Handler = (call: AdmittedCall, database: Database) => Promise<Reply>

export type Route = (typeof shopRoutes)[number] & {
  handle(call: Call, database: Database): Promise<Reply>
}

const handlers: Readonly<Record<ShopRouteName, Handler>> = {
  'GET /healthz': async () => ({ status: 200, body: { ok: true } }),
  'POST /login': logIn,
  'GET /users': listUsers,
  'GET /users/:id': getUser,
  'GET /products': listProducts,
  'POST /orders': placeOrder,
}

export const routes: readonly Route[] = shopRoutes.map((route) => ({
  ...route,
  async handle(call, database) {
    const userId = route.wantsToken ? userOf(call) : undefined
    return await handlers[`${route.method} ${route.path}` as ShopRouteName]({ ...call, userId }, database)
  },
}))

function userOf({ authorization }: Call): number {
  const token = bearerToken(authorization)
  const userId = token === undefined ? undefined : userOfToken(token, Date.now())
  if (userId === undefined) throw unauthenticated()
  return userId
}

async function logIn({ request, body }: Call, database: Database): Promise<Reply> {
  const { email, password } = fieldsOf(body)
  demand({
    ...(typeof email !== 'string' && { email: 'must be a text' }),
    ...(typeof password !== 'string' && { password: 'must be a text' }),
  })
  const [user] = await database.query<{ id: number }>(
    request,
    'login.user',
    'SELECT id FROM users WHERE email = $1',
    [email],
  )
  if (user === undefined || password !== shopPassword) throw unauthenticated()
  const token = issueToken(user.id, Date.now() + tokenLifetimeMs)
  return { status: 200, body: { token }, generated: ['token'] }
}

async function listUsers({ request }: Call, database: Database): Promise<Reply> {
  const users = await database.query(request, 'users.list', 'SELECT id, name, email FROM users ORDER BY id')
  return { status: 200, body: { users } }
}

async function getUser({ request, params }: Call, database: Database): Promise<Reply> {
  const id = Number(params['id'])
  if (!isId(id)) throw new Refusal(404, 'user_not_found')
  const [user] = await database.query(
    request,
    'users.get',
    'SELECT id, name, email FROM users WHERE id = $1',
    [id],
  )
  if (user === undefined) throw new Refusal(404, 'user_not_found')
  return { status: 200, body: user }
}

async function listProducts({ request }: Call, database: Database): Promise<Reply> {
  const sql = 'SELECT id, name, price_cents AS "priceCents", stock FROM products ORDER BY id'
  const products = await database.query(request, 'products.list', sql)
  return { status: 200, body: { products } }
}

async function placeOrder({ request, body, userId }: AdmittedCall, database: Database): Promise<Reply> {
  const { productId, quantity } = fieldsOf(body)
  demand({
    ...(!isId(productId) && { productId: 'must be a product id' }),
    ...(!isId(quantity) && { quantity: 'must be a whole number from 1' }),
  })
  const order = await database.transaction(request, 'orders', async (query) => {
    // The row is locked before it is judged: of two buyers of the last piece, one waits and then gets a 409.
    const lock = 'SELECT stock FROM products WHERE id = $1 FOR UPDATE'
    const [product] = await query<{ stock: number }>('lock', lock, [productId])
    if (product === undefined) throw invalid({ productId: 'does not exist' })
    if (product.stock < Number(quantity)) throw new Refusal(409, 'out_of_stock')
    await query('take', 'UPDATE products SET stock = stock - $2 WHERE id = $1', [productId, quantity])
    const insert = `INSERT INTO orders (user_id, product_id, quantity) VALUES ($1, $2, $3)
      RETURNING id, user_id AS "userId", product_id AS "productId", quantity`
    const [row] = await query('insert', insert, [userId, productId, quantity])
    return row
  })
  return { status: 201, body: order }
}

function fieldsOf(body: unknown): Readonly<Record<string, unknown>> {
  return Object(body) as Record<string, unknown>
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= idMax
}

/** Refuses the request when any field has a complaint. */
function demand(complaints: Readonly<Record<string, string>>): void {
  if (Object.keys(complaints).length > 0) throw invalid(complaints)
}

function invalid(fields: Readonly<Record<string, string>>): Refusal {
  return new Refusal(422, 'validation_failed', { fields })
}

function unauthenticated(): Refusal {
  return new Refusal(401, 'unauthenticated', { headers: { 'WWW-Authenticate': 'Bearer' } })
}
