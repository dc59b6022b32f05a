import { type Symptom, symptomWords } from '../clients/common/symptom.ts'
import { type Call, defaultCall, wholeCall } from '../language/call.ts'
import { seededUsers } from '../machines/database/shop.ts'

/** A healthy call may take as long as this: it is to show that all is well, not how quick a busy host is. */
const patienceMs = 10_000

/** Its errors are shorter; what is longer is a page of something else. */
const refusalCharactersMax = 200

/** The call without the clocks that are set to the fault. An open connection keeps them: it was made with them. */
export function patient(call: Call = {}): Call {
  if (wholeCall(call).connection !== 'cold') return call
  const { connectTimeoutMs: _, headersTimeoutMs: __, bodyTimeoutMs: ___, ...rest } = call
  return { ...rest, timeoutMs: Math.max(wholeCall(call).timeoutMs, patienceMs) }
}

/** Of this status on the API says that it is not well itself; below, that it is, and does not do as it was asked. */
const notWellStatus = 500

/** The API's own words for what is wrong with it. */
function refusalText({ bodyText = '', status = 0 }: Symptom): string {
  return status < 400 || bodyText === '' ? '' : ` ${bodyText.slice(0, refusalCharactersMax)}`
}

/** What a call that only reads is answered again and again is the same; an order gets another id each time. */
function otherwise(
  { method }: { readonly method: string },
  now: Symptom,
  before: Symptom,
): string | undefined {
  if (now.status !== before.status) return `status ${now.status}, before the fault ${before.status}`
  const isSame = method !== 'GET' || now.bodyText === before.bodyText
  return isSame
    ? undefined
    : `another body than before the fault: ${now.bodyText?.slice(0, refusalCharactersMax)}`
}

/**
 * Why a healthy call was not. The default call is answered with 200 and the users that are in Postgres. Any other has
 * for its healthy answer what the client itself gets before the fault, a refusal too (the 404 of a user who is not
 * there); and gets that again after healing.
 */
export function unhealthy(call: Call | undefined, symptom: Symptom, before?: Symptom): string | undefined {
  const { method, path } = wholeCall(call)
  const request = `${method} ${path}`
  const { status = 0 } = symptom
  const isDefault = request === `${defaultCall.method} ${defaultCall.path}`
  const isWell = symptom.kind === 'response' && (isDefault ? status === 200 : status < notWellStatus)
  if (!isWell) {
    const expected = before?.status ?? (isDefault ? 200 : `an answer below ${notWellStatus}`)
    return `${request} gave ${symptomWords(symptom)}${refusalText(symptom)}, expected ${expected}`
  }
  const other = before && otherwise({ method }, symptom, before)
  if (other !== undefined) return `${request} gave ${other}`
  if (!isDefault) return undefined
  const wanted = seededUsers.map((user) => user.name)
  const names = (JSON.parse(symptom.bodyText ?? '{}') as { users?: { name: string }[] }).users?.map(
    (user) => user.name,
  )
  return JSON.stringify(names) === JSON.stringify(wanted)
    ? undefined
    : `${request} gave the users ${JSON.stringify(names)}, expected ${JSON.stringify(wanted)}`
}
