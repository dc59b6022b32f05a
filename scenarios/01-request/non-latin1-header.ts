import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'A euro sign stands in a header',
  break: request.invalidHeader({ character: 'euro' }),
  expect: {
    fetch: { name: 'TypeError', message: /Cannot convert argument to a ByteString/ },
    https: { name: 'TypeError', code: 'ERR_INVALID_CHAR', message: /Invalid character in header content/ },
    // curl sends the bytes it was given, and this API does not mind.
    curl: { exit: 0, status: 200 },
    python: { name: 'UnicodeEncodeError', message: /latin-1/ },
    requests: { name: 'UnicodeEncodeError', message: /latin-1/ },
  },
  lesson: {
    story: 'It fails for users with certain names only.',
    why: 'Header values are bytes; clients take Latin-1 at most. Encode the rest, in a header of its own form.',
    seeIt: 'node -e "new Headers({ x: String.fromCharCode(8364) })"',
    rightly: 'node -e "new Headers({ x: String.fromCharCode(228) })"',
    clue: /value of 8364 which is greater than 255/,
    looksLike: 'invalid-header (a line break)',
    hints: ['Which character stands at the index in the message?'],
  },
})
