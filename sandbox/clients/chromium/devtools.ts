import type { Readable, Writable } from 'node:stream'
import type { ProtocolMapping } from 'devtools-protocol/types/protocol-mapping.d.ts'

type Commands = ProtocolMapping.Commands
export type Events = ProtocolMapping.Events
type Parameters<Name extends keyof Commands> = Commands[Name]['paramsType'][0]

export type OnEvent = <Name extends keyof Events>(name: Name, parameters: Events[Name][0]) => void

interface Message {
  readonly id?: number
  readonly sessionId?: string
  readonly method?: keyof Events
  readonly params?: never
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

interface Pending {
  resolve(result: never): void
  reject(error: Error): void
}

/**
 * The DevTools protocol over the browser's own pipes (`--remote-debugging-pipe`): JSON messages with a zero byte
 * after each. No port is opened, and the browser ends when its pipe does.
 */
export class DevTools {
  readonly #toBrowser: Writable
  readonly #pending = new Map<number, Pending>()
  readonly #sessions = new Map<string, OnEvent>()
  #asked = 0
  #ended: Error | undefined
  #rest = ''

  constructor(toBrowser: Writable, fromBrowser: Readable) {
    this.#toBrowser = toBrowser
    // It fails when the browser is gone: a caller that waits for an answer learns that from `end`.
    toBrowser.on('error', () => {})
    fromBrowser.setEncoding('utf8').on('data', (text: string) => this.#read(text))
  }

  /** Asks the browser, or with `session` one of its pages. */
  ask<Name extends keyof Commands>(
    method: Name,
    params: Parameters<Name>,
    sessionId?: string,
  ): Promise<Commands[Name]['returnType']> {
    this.#asked += 1
    const id = this.#asked
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended)
        return
      }
      this.#pending.set(id, { resolve, reject })
      this.#toBrowser.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    })
  }

  /** Everything that a page reports goes to `onEvent`, until it is `undefined`. */
  listen(sessionId: string, onEvent: OnEvent | undefined): void {
    if (onEvent === undefined) this.#sessions.delete(sessionId)
    else this.#sessions.set(sessionId, onEvent)
  }

  /** The browser is gone: nothing that was, or will be, asked gets an answer. */
  end(reason: Error): void {
    this.#ended = reason
    for (const { reject } of this.#pending.values()) reject(reason)
    this.#pending.clear()
  }

  #read(text: string): void {
    const messages = (this.#rest + text).split('\0')
    this.#rest = messages.pop() ?? ''
    for (const message of messages) this.#receive(JSON.parse(message) as Message)
  }

  #receive({ id, sessionId, method, params, result, error }: Message): void {
    if (method !== undefined) {
      this.#sessions.get(sessionId ?? '')?.(method, params as never)
      return
    }
    const pending = this.#pending.get(id ?? 0)
    this.#pending.delete(id ?? 0)
    if (error === undefined) pending?.resolve(result as never)
    else pending?.reject(new Error(`browser: it refused a command: ${error.message}`))
  }
}
