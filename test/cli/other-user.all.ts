import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { cacheDirectory } from '../../sandbox/host/lifetime/cache.ts'
import { npmRun, postmasterOf, type Running, until } from '../support/command.ts'
import { asOther, canBeOther } from '../support/other-user.ts'
import { runFolder, runnerOf } from '../support/run-folder.ts'

// What another user of the same machine can do to a running sandbox, and what not: docs/security.md has a line for each.

const here = test.skipIf(!canBeOther)

let sandbox: Running
let folder: string
let database: { readonly password: string; readonly host: string; readonly port: number }
let curl: string

beforeAll(async () => {
  if (!canBeOther) return
  sandbox = npmRun(['sandbox', '--', '--world=portable'])
  await until('the sandbox to be up', () => /psql[\s\S]*heal/.test(sandbox.output()))
  folder = await runFolder(sandbox)
  const [, password = '', host = '', port] =
    /PGPASSWORD=(\S+) psql postgres:\/\/app@([\d.]+):(\d+)/.exec(sandbox.output()) ?? []
  database = { password, host, port: Number(port) }
  curl = /^ +(curl .*)$/m.exec(sandbox.output())?.[1] ?? ''
})

afterAll(async () => {
  if (!canBeOther) return
  process.kill(-sandbox.pid, 'SIGINT')
  await sandbox.done
})

/** What each of these comes to for the other user: `done`, or why not. */
function tried(actions: Readonly<Record<string, string>>): Record<string, string> {
  const script = `
    const fs = require('node:fs')
    const connect = (where) => new Promise((resolve, reject) =>
      require('node:net').connect(where).once('connect', resolve).once('error', reject))
    const tries = { ${Object.entries(actions)
      .map(([what, code]) => `${JSON.stringify(what)}: async () => { ${code} }`)
      .join(', ')} }
    ;(async () => {
      const ended = {}
      for (const [what, act] of Object.entries(tries)) ended[what] = await act().then(() => 'done', ({ code }) => code)
      console.log(JSON.stringify(ended))
      process.exit()
    })()`
  const [program = '', ...words] = [...asOther, process.execPath, '-e', script]
  return JSON.parse(spawnSync(program, words, { cwd: '/', encoding: 'utf8' }).stdout)
}

here('another user reads, steers and ends nothing of it (skipped unless root)', () => {
  const runner = runnerOf(folder)
  const postgres = postmasterOf({ path: folder })
  const quoted = JSON.stringify
  expect(
    tried({
      'lists the folder of the run': `fs.readdirSync(${quoted(folder)})`,
      'reads the data of Postgres': `fs.readdirSync(${quoted(`${folder}/postgres`)})`,
      'reads the cache': `fs.readdirSync(${quoted(cacheDirectory())})`,
      'speaks to the control socket': `await connect(${quoted(`${folder}/${database.host}.sock`)})`,
      'reads the variables of the runner': `fs.readFileSync('/proc/${runner}/environ')`,
      'reads the variables of Postgres': `fs.readFileSync('/proc/${postgres}/environ')`,
      'ends the runner': `process.kill(${runner}, 'SIGKILL')`,
      'ends Postgres': `process.kill(${postgres}, 'SIGKILL')`,
    }),
  ).toEqual({
    'lists the folder of the run': 'EACCES',
    'reads the data of Postgres': 'EACCES',
    'reads the cache': 'EACCES',
    'speaks to the control socket': 'EACCES',
    'reads the variables of the runner': 'EACCES',
    'reads the variables of Postgres': 'EACCES',
    'ends the runner': 'EPERM',
    'ends Postgres': 'EPERM',
  })
})

here('the password of its database stands in no command line (skipped unless root)', () => {
  expect(database.password).toMatch(/^[\w-]{24}$/)
  const { stdout } = spawnSync(asOther[0], [...asOther.slice(1), 'ps', '-ewwo', 'args'], {
    encoding: 'utf8',
  })
  expect(stdout).toContain('sandbox/cli/main.mjs')
  expect(stdout).not.toContain(database.password)
  expect(readFileSync(`/proc/${postmasterOf({ path: folder })}/cmdline`, 'latin1')).not.toContain(
    database.password,
  )
})

here(
  'another user can call it, and use up the sessions of its Postgres, until they end (skipped unless root)',
  async () => {
    const { host, port } = database
    const [, front = ''] = /--resolve [\w.]+:(\d+):/.exec(curl) ?? []
    expect(tried({ calls: `await connect({ host: '${host}', port: ${front} })` })).toEqual({ calls: 'done' })
    const script = `
    const sockets = Array.from({ length: 150 }, () => require('node:net').connect({ host: '${host}', port: ${port} }))
    for (const socket of sockets) socket.on('error', () => {})
    Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve)))).then(() => console.log('idle'))
    setInterval(() => {}, 1000)`
    const holding = spawn(asOther[0], [...asOther.slice(1), process.execPath, '-e', script], { cwd: '/' })
    onTestFinished(() => void holding.kill('SIGKILL'))
    await once(createInterface(holding.stdout), 'line')
    // What the API has open stays open to it; what needs a further session is refused.
    const words = ['sandbox', '--', 'break', 'database.slowQuery', `--sandbox=${host}`]
    const arm = async () => await npmRun(words).done
    expect(await arm()).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/too many clients already$/m),
    })
    holding.kill('SIGKILL')
    await once(holding, 'close')
    let armed = await arm()
    for (let tries = 0; armed.code === 3 && tries < 20; tries += 1) armed = await arm()
    expect(armed).toMatchObject({ code: 0 })
  },
)
