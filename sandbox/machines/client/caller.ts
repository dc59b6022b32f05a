import { isDeepStrictEqual } from 'node:util'
import { type Armed, armedAt, type Breakable, type Evidence } from '../shared/breakable.ts'
import { countedWords, countOf, wasOf } from '../shared/evidence-words.ts'
import { otherFiles } from '../tls/client-certificate-files.ts'
import type { ClientPlan, ClientState } from './client-points.ts'
import type { ResolvedCall } from './resolved-call.ts'

/** The point in the app where the call is put together, before anything leaves it. */
export class Caller implements Breakable<ClientPlan> {
  #state: ClientState | undefined
  #changed = 0

  async arm({ state }: ClientPlan): Promise<Armed> {
    this.#state = state
    this.#changed = 0
    return armedAt({ evidence: () => this.evidence(), heal: () => this.heal() })
  }

  async heal(): Promise<void> {
    this.#state = undefined
  }

  async evidence(): Promise<Evidence> {
    const calls = countOf(this.#changed, 'call')
    return {
      fired: this.#changed,
      ...countedWords(calls, ` ${howText(this.#state, this.#changed)}`),
    }
  }

  /** The call as this app makes it. */
  puts(call: ResolvedCall): ResolvedCall {
    if (this.#state === undefined) return call
    const changed = change(call, this.#state)
    // What was wrong already is not broken by this.
    if (!isDeepStrictEqual(changed, call)) this.#changed += 1
    return changed
  }
}

function howText(state: ClientState | undefined, calls: number): string {
  const was = wasOf(calls)
  if (state?.kind === 'page') return `${was} made from the wrong page`
  if (state?.kind === 'client-certificate') return `${was} made with the client certificate "${state.shows}"`
  if (state?.kind === 'reads') return `had the answer read under "${state.field}"`
  return `${was} put together wrongly`
}

function change(call: ResolvedCall, state: ClientState): ResolvedCall {
  switch (state.kind) {
    case 'origin':
      return { ...call, url: `${state.origin}${call.path}` }
    case 'url': {
      const url = new URL(call.url)
      const { scheme = 'https', host = url.hostname, port = url.port } = state
      return { ...call, url: `${scheme}://${host}${port === '' ? '' : `:${port}`}${call.path}` }
    }
    case 'method':
      return { ...call, method: state.method }
    case 'header': {
      const others = Object.entries(call.headers).filter(
        ([name]) => name.toLowerCase() !== state.name.toLowerCase(),
      )
      const headers = Object.fromEntries(others)
      return { ...call, headers: state.value === null ? headers : { ...headers, [state.name]: state.value } }
    }
    case 'page': {
      const { host } = state
      const headers = host === undefined ? call.headers : { ...call.headers, origin: `https://${host}` }
      return { ...call, headers, page: state }
    }
    case 'client-certificate': {
      const { clientCertificate } = call
      if (clientCertificate === undefined) return call
      return { ...call, clientCertificate: otherFiles(clientCertificate, state.shows) }
    }
    case 'reads':
      return { ...call, reads: state.field }
    case 'misuse':
      return { ...call, misuse: state.how }
    default:
      return state satisfies never
  }
}
