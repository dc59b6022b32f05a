import { type Call, wholeCall } from '../../language/call.ts'
import type { Fault } from '../../language/fault.ts'
import type { Expectations } from '../../language/scenario.ts'
import { Occasions, type When } from '../../machines/shared/when.ts'
import type { Plan } from '../../machines/table.ts'
import type { ScenarioProblem } from './scenario-problem.ts'

/** What one attempt of a client does once at most. Of DNS questions and statements it makes several, as it likes. */
const onceAnAttempt: { readonly [Point in Plan['point']]?: string } = {
  'front-wire': 'connection',
  'inner-wire': 'connection',
  tls: 'handshake',
  gateway: 'request',
  api: 'request',
}

/** Further on than any call comes: a rule that has not acted by then is told so. */
const eventsMax = 1_000

/** What is known of a scenario, where its parts are right by themselves. */
interface Known {
  readonly fault: Fault
  readonly call: Call
  readonly expect: Expectations
}

/**
 * A fault that can never fire, whatever happens: where the file alone tells that, no run is needed. A browser decides
 * by itself how many connections it opens and how often it tries, so of those nothing is certain.
 */
export function firingProblems({ call, expect, fault }: Known): ScenarioProblem[] {
  const isCertain = expect.chromium === undefined
  return [
    ...(isCertain ? [...occasionProblems(fault, call), ...warmProblems(fault, call)] : []),
    ...versionProblems(fault, call),
  ]
}

/** A fault that acts in one version of TLS alone, where the server is told to speak the other. */
function versionProblems({ id, plan }: Fault, { tlsVersion }: Call): ScenarioProblem[] {
  const only = onlyVersion(plan)
  if (tlsVersion === undefined || only === undefined || tlsVersion === only.version) return []
  return [
    {
      path: ['call', 'tlsVersion'],
      text: `call.tlsVersion: expected "${only.version}", since ${id} acts on ${only.what}, saw "${tlsVersion}"`,
      next: 'Leave it out, and the server speaks both',
    },
  ]
}

function onlyVersion(
  plan: Plan,
): { readonly version: Call['tlsVersion']; readonly what: string } | undefined {
  if (plan.point !== 'tls') return undefined
  if (plan.rules?.some(({ verdict }) => verdict.kind === 'corrupt'))
    return { version: 'TLSv1.3', what: 'an encrypted handshake, which TLS 1.2 does not have' }
  if (plan.state?.kind === 'certificate' && plan.state.recipe.leaf?.keyMismatch === true)
    return { version: 'TLSv1.2', what: 'a certificate on its way, which TLS 1.3 encrypts' }
  return undefined
}

function occasionProblems({ id, plan }: Fault, call: Call): ScenarioProblem[] {
  const event = onceAnAttempt[plan.point]
  const whens = rulesOf(plan).map(({ when = {} }) => when)
  if (event === undefined || whens.length === 0 || plan.state !== undefined) return []
  const first = Math.min(...whens.map(firstEvent))
  const attempts = wholeCall(call).retries + 1
  if (first <= attempts) return []
  const condition = whens[0]?.every === undefined ? 'chance' : 'every'
  const acts = first > eventsMax ? `none of the first ${eventsMax}` : `number ${first} first`
  const within = attempts === 1 ? `the one ${event}` : `one of the ${attempts} ${event}s`
  const takes = first > eventsMax ? '' : `It takes ${first} attempts at least. `
  return [
    {
      path: ['break', 'when', condition],
      text: `${id}(): when.${condition}: expected to act on ${within} of this call (call.retries, and the first), saw that it acts on ${acts}`,
      next: `${takes}An app tries again only after a failure: when.times acts from the first ${event} on`,
    },
  ]
}

/** The number of the first event on which a rule acts, were all of them in its time. */
function firstEvent({ afterMs: _, forMs: __, ...counted }: When): number {
  const occasions = new Occasions(counted, 0)
  for (let event = 1; event <= eventsMax; event += 1) if (occasions.isOne(0)) return event
  return Number.POSITIVE_INFINITY
}

function warmProblems({ id, plan }: Fault, call: Call): ScenarioProblem[] {
  if (wholeCall(call).connection !== 'warm') return []
  const missed = missedWhenWarm(plan)
  if (missed === undefined) return []
  return [
    {
      path: ['call', 'connection'],
      text: `call.connection: expected "cold", since ${id} acts on ${missed}, saw "warm"`,
      next: 'A warm call goes over the connection that is open: it meets what acts on that one, or behind it',
    },
  ]
}

/**
 * What a plan acts on that no call over an open connection comes by. A state of the DNS server or of a port holds all
 * the same, and may be there to show that such a call does not notice.
 */
function missedWhenWarm(plan: Plan): string | undefined {
  const hasRules = rulesOf(plan).length > 0
  switch (plan.point) {
    case 'dns':
      return hasRules ? 'DNS questions, of which an open connection needs none' : undefined
    case 'front-wire':
    case 'inner-wire':
      return hasRules ? 'new connections, and what is open keeps what it got' : undefined
    case 'tls':
      if (plan.state?.kind === 'certificate' && plan.state.metBy === 'open-connections') return undefined
      return 'TLS handshakes, of which an open connection needs none'
    default:
      return undefined
  }
}

function rulesOf(plan: Plan): readonly { readonly when?: When }[] {
  return 'rules' in plan && plan.rules !== undefined ? plan.rules : []
}
