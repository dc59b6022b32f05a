/**
 * `npm run picture`: runs dns-failure on 80 columns, with colours, and draws what it printed as docs/dns-failure.svg.
 * The picture is the run: nothing in it was typed by hand.
 */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { drawing } from './terminal-drawing.ts'

const columns = 80
const root = fileURLToPath(new URL('..', import.meta.url))
const file = fileURLToPath(new URL('dns-failure.svg', import.meta.url))
const typed = 'npm run scenario dns-failure'

function printed(): Promise<string> {
  const { NO_COLOR: _, ...environment } = process.env
  const child = spawn('npm', ['run', '--silent', 'scenario', 'dns-failure'], {
    cwd: root,
    env: { ...environment, COLUMNS: String(columns), FORCE_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`dns-failure: expected exit code 0, saw ${code}`)),
    )
  })
}

/** An address in memory, which the next run has otherwise. */
const memoryAddress = /0x[0-9a-f]+/g

const output = (await printed()).replaceAll(memoryAddress, ({ length }) => `0x7f${'0'.repeat(length - 4)}`)
const text = `\u001b[2m$\u001b[22m \u001b[1m${typed}\u001b[22m\n${output}`
writeFileSync(file, drawing(text, { columns, title: typed }))
process.stdout.write(`${file}\n`)
