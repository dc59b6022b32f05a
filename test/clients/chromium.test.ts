import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { chromiumClient } from '../../sandbox/clients/chromium.ts'
import type { TraceEvent } from '../../sandbox/machines/shared/trace.ts'
import type { ClientReport, ScenarioReport } from '../../sandbox/run/report.ts'
import { canSeal } from '../support/can-seal.ts'
import { npmRun } from '../support/command.ts'

// A real browser calls: its word is the browser's own, its page stands beside the call, and the clients that
// call beside it do not notice that it is there.

const missing = canSeal ? chromiumClient.missing() : 'user namespaces are not allowed'

async function reportOf(id: string, ...words: string[]): Promise<Map<string, ClientReport>> {
  const { code, stdout, stderr } = await npmRun(['scenario', id, '--', '--report=json', ...words]).done
  expect(code, stderr).toBe(0)
  const { scenarios } = JSON.parse(stdout) as { scenarios: ScenarioReport[] }
  return new Map(scenarios[0]!.clients.map((client) => [client.client, client]))
}

function questions(events: readonly TraceEvent[] = []): string[] {
  return events.flatMap((event) =>
    event.machine === 'dns' && event.what === 'question' ? [`${event.type} ${event.name}`] : [],
  )
}

const why = missing === undefined ? '' : ` (skipped: ${missing})`

describe.skipIf(missing !== undefined)(`a browser's call${why}`, () => {
  test('is a cross-origin one, and only its own questions reach the DNS server', async () => {
    const chromium = (await reportOf('missing-credentials', '--client=chromium')).get('chromium')
    const { healthy = [], broken = [] } = chromium?.trace ?? {}
    const asked = healthy.flatMap((event) =>
      event.machine === 'gateway' && event.what === 'request' ? [event.method] : [],
    )
    expect(asked).toEqual(['OPTIONS', 'POST'])
    for (const events of [healthy, broken]) {
      expect(questions(events)).toContain('A api.example.test')
      expect(questions(events).filter((question) => !question.endsWith(' api.example.test'))).toEqual([])
    }
  })

  test('shows of the headers those that CORS lets the page read', async () => {
    const clients = await reportOf('missing-credentials', '--client=chromium,curl')
    const headers = (name: string) => clients.get(name)?.symptom?.headers
    expect(headers('chromium')).toHaveProperty('content-type', 'application/json; charset=utf-8')
    expect(headers('curl')).toHaveProperty('vary', 'Origin')
    expect(headers('chromium')).not.toHaveProperty('vary')
  })

  const hasIpv6 = existsSync('/proc/net/if_inet6')
  test.skipIf(!hasIpv6)('changes nothing for the clients beside it (skipped without IPv6)', async () => {
    const others = ['fetch', 'curl', 'python']
    const alone = await reportOf('nodata', `--client=${others}`)
    const beside = await reportOf('nodata', `--client=${others},chromium`)
    expect(beside.get('chromium')?.symptom?.errors.map(({ code }) => code)).toContain('ERR_NAME_NOT_RESOLVED')
    for (const name of others) {
      const asked = questions(beside.get(name)?.trace?.broken)
      expect(asked.length).toBeGreaterThan(0)
      expect(asked).toEqual(questions(alone.get(name)?.trace?.broken))
    }
  })
})
