/**
 * A client's own process: one call for each line on standard input, reported on the fourth pipe. Its own
 * event loop and trust store, and no connection that another call left behind.
 */

import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { createInterface } from 'node:readline'
import { setImmediate } from 'node:timers/promises'
import { compileAddressPattern } from '../../host/address-pattern.ts'
import { nowMs } from '../../host/clock.ts'
import type { ResolvedCall } from '../../machines/client/resolved-call.ts'
import type { ProcessReport } from '../common/process-report.ts'
import type { ErrorLink, Symptom } from '../common/symptom.ts'
import { useData } from './app.ts'
import { observeSockets } from './observe.ts'

/** What a library gave for a call: the response as it reached the app. */
export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bodyText: string
}

/** Makes one call with a library, keeping the call's two clocks. Throws what the library throws. */
export type MakeCall = (call: ResolvedCall) => Promise<Received>

const reportFd = 3
const bodyTextMax = 65_536

/** The rest of this turn reads what sockets have; those that ended are closed in the next. */
const eventLoopTurns = 2

function report(line: ProcessReport): void {
  writeSync(reportFd, `${JSON.stringify(line)}\n`)
}

const observe = observeSockets((observation) => report({ kind: 'observation', atMs: nowMs(), observation }))

async function load(name: string, world: string): Promise<MakeCall> {
  // Now, so that its import is not part of a call.
  if (world === 'portable') await import('./portable-lookup.ts')
  const { makeCall } = (await import(`./${name}.ts`)) as { makeCall: MakeCall }
  return makeCall
}

async function run(makeCall: MakeCall, call: ResolvedCall): Promise<Symptom> {
  // What came before the call is heard before it: an app that waits knows the end of its idle connections.
  for (let turn = 0; turn < eventLoopTurns; turn += 1) await setImmediate()
  const startedMs = nowMs()
  let received: Received | undefined
  try {
    if (call.dnsServer !== undefined) {
      const { lookUpWith } = await import('./portable-lookup.ts')
      lookUpWith(call.dnsServer)
    }
    // A double click: both calls are on their way before either is answered, and the app uses the first's answer.
    const second = call.misuse === 'twice' ? makeCall(call) : undefined
    ;[received] = await Promise.all([makeCall(call), second])
    const data = received.status < 400 ? useData(call.path, received.bodyText, call.reads) : undefined
    const tookMs = nowMs() - startedMs
    if (data !== undefined) observe({ machine: 'client', what: 'used' })
    return {
      kind: 'response',
      tookMs,
      errors: [],
      ...shorten(received),
      ...(data === undefined ? {} : { data }),
    }
  } catch (error) {
    const errors = causeChain(error)
    const tookMs = nowMs() - startedMs
    observe({
      machine: 'client',
      what: 'failed',
      detail: errors.find((link) => link.code)?.code ?? errors[0]!.name,
    })
    return { kind: 'error', tookMs, errors, ...(received === undefined ? {} : shorten(received)) }
  }
}

function shorten(received: Received): Received {
  return { ...received, bodyText: received.bodyText.slice(0, bodyTextMax) }
}

/** The whole chain: each error, the members of an AggregateError, then its cause. */
function causeChain(error: unknown): ErrorLink[] {
  const links: ErrorLink[] = []
  const visit = (value: unknown) => {
    if (!(value instanceof Error) || links.length >= 16) return
    const { code, syscall } = value as { code?: unknown; syscall?: unknown }
    links.push({
      name: value.name,
      message: value.message,
      ...(typeof code === 'string' ? { code } : {}),
      ...(typeof syscall === 'string' ? { syscall } : {}),
    })
    if (value instanceof AggregateError) for (const member of value.errors) visit(member)
    visit(value.cause)
  }
  visit(error)
  if (links.length === 0) links.push({ name: typeof error, message: String(error) })
  return links
}

compileAddressPattern()
const makeCall = await load(process.argv[2] ?? '', process.argv[3] ?? '')
report({ kind: 'ready', program: { version: process.versions.node, path: process.execPath } })
for await (const line of createInterface({ input: process.stdin })) {
  report({ kind: 'symptom', symptom: await run(makeCall, JSON.parse(line) as ResolvedCall) })
  // Killed in the end, it would not write what it compiled. Once written, this does nothing.
  flushCompileCache()
}
