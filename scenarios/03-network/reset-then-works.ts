import { network, scenario } from '#sandbox/network'

export default scenario({
  title: 'Two connections are reset, the third works: an app that tries again never tells',
  break: network.resetOnConnect({ at: 'hello', when: { times: 2 } }),
  call: { retries: 2 },
  expect: {
    all: { status: 200, attempts: 3 },
  },
  lesson: {
    story: 'The log of the firewall is full of resets. The app reports nothing.',
    why: 'The RST came before any request was sent, so trying again is safe. It also hides that two of three connections fail.',
    seeIt: 'for try in 1 2 3; do curl -sS https://api.example.test/users; done',
    clue: /reset by peer[\s\S]*reset by peer[\s\S]*"users"/,
    looksLike: 'reset-on-connect (it never works), latency (slow as well, but one connection)',
    hints: ['How many connections does one call open?', 'Does the app count its retries?'],
  },
})
