import type { WorldKind } from '../host/place.ts'
import type { ClientName, Seen } from './scenario.ts'

/** What can be seen of a call with one client. A promise of anything else can never be kept. */
export interface ClientSight {
  readonly worlds: readonly WorldKind[]
  /** What it shows at all. */
  readonly fields: readonly (keyof Seen)[]
  /**
   * What it shows of an error that comes after a response: curl keeps the status of a reply that was cut, Python's
   * libraries keep nothing of it. Behind Node's two and the browser stands an app, which may fail on what came; an
   * error while the body is read leaves it no response.
   */
  readonly afterResponse: readonly (keyof Seen)[]
}

/** `all` does not mean these, because their start costs seconds of work. */
export const onlyNamed: readonly ClientName[] = ['chromium']

const always = ['name', 'message', 'status', 'headers', 'body', 'attempts', 'tookMs'] as const
const app = ['name', 'message'] as const

export const clientSights: Readonly<Record<ClientName, ClientSight>> = {
  fetch: {
    worlds: ['sealed', 'portable'],
    fields: [...always, 'code', 'syscall', 'data'],
    afterResponse: app,
  },
  https: {
    worlds: ['sealed', 'portable'],
    fields: [...always, 'code', 'syscall', 'data'],
    afterResponse: app,
  },
  curl: { worlds: ['sealed'], fields: [...always, 'exit'], afterResponse: ['name', 'message', 'exit'] },
  python: { worlds: ['sealed'], fields: [...always, 'code'], afterResponse: [] },
  requests: { worlds: ['sealed'], fields: [...always, 'code'], afterResponse: [] },
  chromium: { worlds: ['sealed'], fields: [...always, 'code', 'data'], afterResponse: app },
}
