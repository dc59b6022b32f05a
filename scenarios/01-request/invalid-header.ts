import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'A line break stands in a header',
  break: request.invalidHeader({ character: 'line-break' }),
  expect: {
    fetch: { name: 'TypeError', message: /invalid header value/ },
    https: { name: 'TypeError', code: 'ERR_INVALID_CHAR', message: /Invalid character in header content/ },
    // curl sends it as it is; the server's parser refuses it.
    curl: { exit: 0, status: 400 },
    python: { name: 'ValueError', message: /Invalid header value/ },
    requests: { name: 'InvalidHeader' },
  },
  lesson: {
    story: 'The token from the file works on the command line and fails in the app.',
    why: 'The file ends with a line break. In a header that would begin a new header: clients refuse.',
    seeIt: 'node -e "new Headers({ authorization: \'Bearer 1.2\\n.3\' })"',
    rightly: 'node -e "new Headers({ authorization: \'Bearer 1.2.3\' })"',
    clue: /is an invalid header value/,
    looksLike: 'non-latin1-header (another character), expired-token (401: it was sent)',
    hints: ['How long is the value, and how long should it be?'],
  },
})
