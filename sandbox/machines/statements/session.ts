import type { Socket } from 'node:net'
import { resetSocket } from '../../host/reset-socket.ts'
import { UnreadableMessage } from '../shared/pg-frames.ts'
import { Conversation } from './conversation.ts'
import { Replies } from './replies.ts'
import { Requests, type RequestsOptions } from './requests.ts'
import { speakWithPostgres } from './upstream.ts'

export interface SessionOptions extends Pick<RequestsOptions, 'decide'> {
  /** As accepted, not yet read from. */
  readonly api: Socket
  /** A TCP connection to Postgres that is being opened. */
  readonly connection: Socket
  readonly withTls: boolean
  readonly onBug: (error: Error) => void
}

/**
 * One session between the API and Postgres: two sockets, and what is read of each handed on to the other. A FIN goes on
 * as a FIN, a RST as a RST, and a side that does not read makes the other one wait.
 */
export class Session {
  readonly #options: SessionOptions
  readonly #requests: Requests
  readonly #replies: Replies
  /** What Postgres is spoken to on; undefined until it is there. */
  #postgres: Socket | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    const { api, decide } = options
    const conversation = new Conversation()
    const ends = {
      toApi: (bytes: Buffer) => write(api, bytes),
      toPostgres: (bytes: Buffer) => write(this.#postgres, bytes),
      endApi: () => api.end(),
      endPostgres: () => this.#postgres?.end(),
      reset: () => this.#reset(),
      steer: () => this.#steer(),
    }
    this.#requests = new Requests({ conversation, decide, ends })
    this.#replies = new Replies(conversation, ends)
    this.#attach(api, this.#requests)
    api.on('end', () => this.#onApiEnd())
    api.on('error', () => this.#reset())
    api.on('close', () => this.#requests.close())
    // From the start, so that an API that goes before Postgres has answered is seen to go.
    api.resume()
    void this.#open()
  }

  async #open(): Promise<void> {
    const { connection, withTls } = this.#options
    try {
      const postgres = await speakWithPostgres(connection, withTls)
      this.#postgres = postgres
      this.#attach(postgres, this.#replies)
      postgres.on('end', () => this.#onPostgresEnd())
      postgres.on('error', () => this.#onPostgresFailed())
    } catch {
      // Refused, gone, or without TLS where that is wanted: the API sees what it would see of a Postgres that died.
      this.#reset()
      return
    }
    this.#requests.release()
  }

  #attach(socket: Socket, reader: Requests | Replies): void {
    socket.on('data', (chunk: Buffer) => {
      this.#read(reader, chunk)
      this.#steer()
    })
    socket.on('drain', () => this.#steer())
  }

  #read(reader: Requests | Replies, chunk: Buffer): void {
    try {
      reader.receive(chunk)
    } catch (error) {
      // A session that cannot be read cannot be followed any further.
      this.#reset()
      if (!(error instanceof UnreadableMessage)) this.#options.onBug(error as Error)
    }
  }

  /** A side is read from while the other one takes what it says. */
  #steer(): void {
    const { api } = this.#options
    const postgres = this.#postgres
    hold(api, this.#requests.isFull || postgres?.writableNeedDrain === true)
    if (postgres !== undefined) hold(postgres, api.writableNeedDrain)
  }

  #onApiEnd(): void {
    const { api, connection } = this.#options
    if (this.#requests.isWaiting) {
      // What has not reached Postgres by now never does: nothing is done for a call that is over.
      this.#requests.close()
      api.destroy()
      connection.destroy()
    } else {
      this.#postgres?.end()
      if (this.#replies.fate !== 'passes') api.end()
    }
  }

  #onPostgresEnd(): void {
    switch (this.#replies.fate) {
      case 'passes':
        this.#options.api.end()
        break
      case 'cut':
        this.#reset()
        break
      case 'lost':
      case 'halved':
        this.#postgres?.end()
        break
      default:
        this.#replies.fate satisfies never
    }
  }

  #onPostgresFailed(): void {
    const { fate } = this.#replies
    if (fate === 'lost' || fate === 'halved') this.#options.connection.destroy()
    else this.#reset()
  }

  #reset(): void {
    const { api, connection } = this.#options
    this.#requests.close()
    resetSocket(api)
    resetSocket(connection)
  }
}

function write(socket: Socket | undefined, bytes: Buffer): void {
  if (socket?.writable === true) socket.write(bytes)
}

function hold(socket: Socket, mustWait: boolean): void {
  if (socket.destroyed || mustWait === socket.isPaused()) return
  if (mustWait) socket.pause()
  else socket.resume()
}
