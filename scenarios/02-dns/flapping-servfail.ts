import { dns, scenario } from '#sandbox/dns'

export default scenario({
  title: 'The resolver fails twice, then works',
  break: dns.flapping({ name: 'api.example.test', how: 'servfail', when: { times: 2 } }),
  expect: {
    all: { status: 200 },
  },
  portable: {
    fetch: { name: 'TypeError', code: 'ESERVFAIL', syscall: 'queryA', message: /^fetch failed$/ },
    https: { name: 'Error', code: 'ESERVFAIL', syscall: 'queryA' },
  },
  lesson: {
    story: 'One program fails now and then, another on the same machine never does.',
    why: 'glibc asks again after SERVFAIL and gets the right answer. c-ares takes the first answer for the last word.',
    seeIt: "for try in 1 2 3; do dig api.example.test | grep -o 'status: [A-Z]*'; done",
    clue: /SERVFAIL\s+status: SERVFAIL\s+status: NOERROR/,
    looksLike: 'servfail (fails every time)',
    hints: ['Which resolver library does each program use?', 'How many questions does one call ask?'],
  },
})
