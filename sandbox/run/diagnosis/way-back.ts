import { carried, waitedBack } from './carried.ts'
import type { Checkpoint } from './checkpoint.ts'
import { gather, onceReplied } from './readings.ts'

/** From the gateway to the client. */
export const wayBack: readonly Checkpoint[] = [
  {
    step: 'reply',
    name: 'the reply',
    was: 'on the way back, behind TLS,',
    never: 'nothing came back, behind TLS',
    read: carried('inner', 'server'),
  },
  {
    step: 'reply',
    name: 'the reply on the network',
    was: 'on the way back, on the network,',
    never: 'nothing came back on the network',
    read: onceReplied(carried('front', 'server')),
  },
]

/** What the client made of it. */
export const atClient: readonly Checkpoint[] = [
  {
    step: 'reply',
    name: "the reply's first byte",
    was: 'on the way back bytes waited',
    never: 'no byte came back',
    read: waitedBack,
  },
  {
    step: 'reply',
    name: 'the status',
    was: 'the status that reached the client was',
    never: 'no status reached the client',
    fromClient: true,
    read: gather('client', (event) => (event.what === 'head' ? event.detail : undefined)),
  },
  {
    step: 'reply',
    name: 'the body',
    was: 'the body',
    never: 'the body never arrived whole',
    fromClient: true,
    read: gather('client', (event) => (event.what === 'body' ? 'arrived whole' : undefined)),
  },
  {
    step: 'app',
    name: 'the use of the data',
    was: 'the data',
    never: 'the app used no data',
    fromClient: true,
    read: gather('client', (event) => (event.what === 'used' ? 'was used' : undefined)),
  },
]
