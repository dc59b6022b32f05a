import { afterEach, expect, test, vi } from 'vitest'
import { databaseChoice } from '../../sandbox/cli/world-choice.ts'

const command = 'npm run sandbox'
const url = 'postgres://127.0.0.1/given'
const other = 'postgres://127.0.0.1/environment'

afterEach(() => {
  vi.unstubAllEnvs()
})

test.each([
  { flags: {}, environment: {}, chosen: { provider: 'embedded' } },
  {
    flags: {},
    environment: { FAULTPATH_DATABASE: 'testcontainers' },
    chosen: { provider: 'testcontainers' },
  },
  {
    flags: { database: 'embedded' },
    environment: { FAULTPATH_DATABASE: 'testcontainers', DATABASE_URL: other },
    chosen: { provider: 'embedded' },
  },
  {
    flags: {},
    environment: { FAULTPATH_DATABASE: 'testcontainers', DATABASE_URL: other },
    chosen: { url: other, allowRemote: false },
  },
  {
    flags: { 'database-url': url, 'allow-remote-database': true },
    environment: { DATABASE_URL: other },
    chosen: { url, allowRemote: true },
  },
])('$flags with $environment chooses $chosen', ({ flags, environment, chosen }) => {
  vi.stubEnv('DATABASE_URL', '')
  vi.stubEnv('FAULTPATH_DATABASE', '')
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  expect(databaseChoice({ command, words: [], given: [], flags })).toEqual(chosen)
})

test('a provider that does not exist is answered with those that do', () => {
  const choose = () => databaseChoice({ command, words: [], given: [], flags: { database: 'mysql' } })
  expect(choose).toThrow('npm run sandbox: --database: expected embedded or testcontainers, saw "mysql"')
})
