import { listScenarioFiles, loadScenarioFile } from '../../sandbox/run/file/scenario-file.ts'
import { testSights } from '../support/sights.ts'

// What a lesson says to be typed, typed as it stands there: one for each way to show a fault, and each tool.

const sample = new Set([
  'bad-url',
  'dns-failure',
  'expired-cert',
  'firewall-resets',
  'idle-cut-fin',
  'ipv6-refused',
  'reset-on-connect',
  'server-error',
  'slow-query',
])

const files = [...listScenarioFiles()].filter(([id]) => sample.has(id)).map(([, file]) => file)
testSights(await Promise.all(files.map(loadScenarioFile)))
