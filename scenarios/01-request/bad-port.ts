import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'The port is one that fetch refuses to call',
  break: request.badPort({ port: 6_667 }),
  expect: {
    fetch: { name: 'TypeError', message: /^bad port$/ },
    // Everybody else calls, and nobody is there.
    https: { name: 'Error', code: 'ECONNREFUSED', syscall: 'connect' },
    curl: { exit: 7, message: /port 6667/ },
    python: { name: 'URLError', code: 'ECONNREFUSED' },
    requests: { name: 'ConnectionError', code: 'ECONNREFUSED' },
  },
  lesson: {
    story: 'The service on port 6667 answers curl, but fetch says "bad port".',
    why: 'fetch blocks ports of old protocols, so that a page cannot talk to a mail or chat server.',
    seeIt: 'node -e "fetch(\'https://api.example.test:6667/users\').catch((e) => console.log(e.cause))"',
    rightly: 'node -e "fetch(\'https://api.example.test/users\').catch((e) => console.log(e.cause))"',
    clue: /Error: bad port/,
    looksLike: 'connection-refused (a free port that nobody listens on)',
    hints: ['Is a connection tried at all?', 'Which ports does the Fetch Standard block?'],
  },
})
