import { atServer, type Calls } from './at-server.ts'
import type { Checkpoint } from './checkpoint.ts'
import { requestsOf } from './requests.ts'
import { atClient, wayBack } from './way-back.ts'
import { wayThereOf } from './way-there.ts'

/**
 * The journey of a call, in order. Of a call with several requests the first that differs tells what broke; one that
 * the healthy call did not have is the client's answer to it.
 */
export function checkpointsOf(calls: Calls): readonly Checkpoint[] {
  const [first = []] = calls.healthy
  const further = requestsOf(first)
    .slice(1)
    .flatMap((_, index) => atServer(index + 1, calls))
  return [...wayThereOf(first, calls.isOutOfTime), ...atServer(0, calls), ...wayBack, ...further, ...atClient]
}
