import type { DnsFlaw } from '../../machines/shared/trace.ts'
import type { Of } from './readings.ts'

const flawWords: Record<DnsFlaw, string> = {
  truncated: 'truncated',
  malformed: 'malformed',
  'not-an-answer': 'marked as a question',
  'other-id': 'with another id',
  'other-question': 'to another question',
  'other-owner': 'of another name',
}

/** The answer's type, code, records and flaws, as they are compared. */
export function dnsAnswer(event: Of<'dns'>): string | undefined {
  if (event.what !== 'answer') return undefined
  const records = event.records?.join(' + ') ?? ''
  const flaws = event.flaws?.join(', ') ?? ''
  const said = `${event.type} ${event.rcode ?? 'unreadable'}${records === '' ? '' : `: ${records}`}`
  return flaws === '' ? said : `${said} (${flaws})`
}

/**
 * The answers to all questions of a look-up, each once: `NXDOMAIN`, `A 127.0.0.1`. An empty one beside others tells
 * nothing: hardly any host has an address of both kinds.
 */
export function dnsAnswerWords(answers: readonly Of<'dns'>[]): readonly string[] {
  const words = [...new Set(answers.map(oneAnswer))]
  const telling = words.filter((word) => word !== noData)
  return [(telling.length === 0 ? words : telling).sort().join(', ')]
}

const noData = 'NODATA, no address'

function oneAnswer({ flaws = [], rcode, records = [] }: Of<'dns'>): string {
  const found = records.join(' + ')
  const flaw = flaws.map((each) => flawWords[each]).join(', ')
  if (rcode === undefined) return flaw || 'unreadable'
  if (rcode !== 'NOERROR')
    return [found === '' ? rcode : `${rcode}: ${found}`, flaw].filter(Boolean).join(', ')
  if (found === '') return flaw || noData
  return flaw === '' ? found : `${found} (${flaw})`
}
