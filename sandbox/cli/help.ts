import { listed, type Row } from '../report/screen.ts'

const scenarioRows: readonly Row[] = [
  {
    start: 'npm run scenario <id or path...>',
    text: 'run scenarios (a folder: those in it): break one step, prove what each client sees',
  },
  { start: 'npm run scenario -- --list', text: 'all scenarios; with --step=dns those of one step' },
  { start: 'npm run scenario -- --list ECONNRESET', text: 'those that speak of it' },
  { start: 'npm run scenario -- --all', text: 'run all of them; with --step=dns those of one step' },
  { start: '  --client=fetch,curl', text: 'only these clients' },
  { start: '  --jobs=3', text: 'as many side by side, each in a world of its own' },
  { start: '  --world=sealed|portable', text: 'default: sealed where namespaces work' },
  {
    start: '  --print-expect',
    text: 'what each client was seen to do, as a block to paste into the scenario; the report goes to stderr',
  },
  { start: '  --report=json', text: 'the report as JSON; the lines for people go to stderr' },
  {
    start: '  --table=worlds|diagnoses',
    text: 'a table from these runs: what differs between the worlds; broken × diagnosed',
  },
  {
    start: '  --database=embedded|testcontainers',
    text: 'default: embedded, which needs nothing; the other a container engine',
  },
  { start: '  --database-url=<url>', text: 'use this Postgres (a database of its own is created in it)' },
  { start: '  --allow-remote-database', text: '... even if it is not on this machine' },
]

const exitCodeRows: readonly Row[] = [
  { start: '  0', text: 'every promise kept' },
  { start: '  1', text: 'a client saw something else' },
  { start: '  2', text: 'wrong usage or scenario file' },
  { start: '  3', text: 'a part died or never came up' },
  { start: '  4', text: 'the fault did not fire, or was left behind' },
  { start: '  5', text: 'all skipped' },
  { start: '  70', text: 'a bug of ours' },
  { start: '  130, 143', text: 'stopped by a signal' },
]

const sandboxRows: readonly Row[] = [
  { start: 'npm run sandbox', text: 'everything up and healthy, until Ctrl-C' },
  { start: 'npm run sandbox -- --shell', text: '... and a shell inside' },
  { start: 'npm run sandbox break', text: 'all faults and their parameters' },
  {
    start: 'npm run sandbox break <fault> help',
    text: "which values one fault's parameters take",
  },
]

const otherTerminalRows: readonly Row[] = [
  { start: 'npm run sandbox break <fault> [name=value...]', text: 'break one step' },
  {
    start: 'npm run sandbox -- break <fault> --replace',
    text: 'in place of what is broken now',
  },
  { start: 'npm run sandbox heal', text: 'undo it, and say what it was' },
  { start: 'npm run sandbox status', text: 'what is up, what is armed, did it fire' },
  {
    start: 'npm run sandbox changes',
    text: 'what was written inside, in no writable folder: it goes with the sandbox',
  },
  { start: 'npm run sandbox trace', text: 'what the parts observed, as JSON' },
  { start: 'npm run sandbox exec -- <command...>', text: 'run a command inside the sealed world' },
]

const sandboxFlagRows: readonly Row[] = [
  { start: '  --world=sealed|portable', text: 'default: sealed where namespaces work' },
  {
    start: '  --writable=<folder>,...',
    text: 'with --shell and exec: more folders to write to than the project',
  },
  { start: '  --ipv6', text: 'the API has an IPv6 address too: for network.ipv6Broken' },
  { start: '  --sandbox=<address>', text: 'which one, when several run (else: FAULTPATH_SANDBOX)' },
  { start: '  --database=embedded|testcontainers', text: 'default: embedded, which needs nothing' },
  { start: '  --database-url=<url>', text: 'use this Postgres (a database of its own is created in it)' },
  { start: '  --allow-remote-database', text: '... even if it is not on this machine' },
]

export function scenarioHelp(columns: number): string {
  return [...listed(scenarioRows, columns), '', 'exit codes', ...listed(exitCodeRows, columns)].join('\n')
}

export function sandboxHelp(columns: number): string {
  return [
    ...listed(sandboxRows, columns),
    '',
    'from another terminal',
    ...listed(otherTerminalRows, columns),
    '',
    'flags, behind --',
    ...listed(sandboxFlagRows, columns),
  ].join('\n')
}
