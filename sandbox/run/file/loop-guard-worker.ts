/**
 * The thread that sees when the runner's own stands still, asks the debugger of it where, and has it end itself there.
 */
import { type Debugger, Session } from 'node:inspector'
import { workerData } from 'node:worker_threads'

export interface Guarded {
  /** Counted up by the event loop that is watched. */
  readonly beats: Int32Array<SharedArrayBuffer>
  readonly stillMsMax: number
  /** Of the symbol under which the watched thread has what ends it. */
  readonly name: string
  /** What stands below this URL is none of a person's files. */
  readonly own: string
}

const { beats, name, own, stillMsMax } = workerData as Guarded
/** So many looks in a row: a process that was stopped for a while, or a machine that slept, misses one or two. */
const looks = 20

const session = new Session()
const urls = new Map<string, string>()
session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url))
session.on('Debugger.paused', ({ params }) => {
  const frame = params.callFrames.find(isForeign)
  if (frame === undefined) session.post('Debugger.resume')
  else
    session.post('Debugger.evaluateOnCallFrame', {
      callFrameId: frame.callFrameId,
      expression: ending(frame),
    })
})

function urlOf({ location, url }: Debugger.CallFrame): string {
  return url || (urls.get(location.scriptId) ?? '')
}

function isForeign(frame: Debugger.CallFrame): boolean {
  const url = urlOf(frame)
  return url.startsWith('file:') && !url.startsWith(own) && !url.includes('/node_modules/')
}

function ending(frame: Debugger.CallFrame): string {
  const { columnNumber = 0, lineNumber } = frame.location
  const place = [urlOf(frame), lineNumber + 1, columnNumber + 1]
    .map((each) => JSON.stringify(each))
    .join(', ')
  return `globalThis[Symbol.for(${JSON.stringify(name)})](${place})`
}

let still = 0
let isConnected = false
setInterval(() => {
  still = Atomics.exchange(beats, 0, 0) === 0 ? still + 1 : 0
  if (still === 0 || still % looks !== 0) return
  // Not before: Node tells at the end of a process that a debugger is there.
  if (!isConnected) session.connectToMainThread()
  isConnected = true
  session.post('Debugger.enable')
  session.post('Debugger.pause')
}, stillMsMax / looks)
