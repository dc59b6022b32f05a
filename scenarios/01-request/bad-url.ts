import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'The URL is relative: the base URL was never set',
  break: request.badUrl({ form: 'relative' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ERR_INVALID_URL', message: /^Failed to parse URL from \/users/ },
    https: { name: 'TypeError', code: 'ERR_INVALID_URL', message: /^Invalid URL$/ },
    curl: { exit: 3, message: /bad\/illegal format|[Mm]alformed/ },
    // The page's own host answers, with a page.
    chromium: { name: 'SyntaxError', message: /^Unexpected token '<', "<!doctype.* is not valid JSON$/s },
    python: { name: 'ValueError', message: /unknown url type: '\/users'/ },
    requests: { name: 'MissingSchema', message: /No scheme supplied/ },
  },
  lesson: {
    story: 'In the browser the code works, on the server it fails at once.',
    why: 'A page resolves "/users" against its own address. Outside a page there is none: the URL is incomplete.',
    seeIt: 'node -e "new URL(\'/users\')"',
    rightly: "node -e \"new URL('/users', 'https://api.example.test')\"",
    clue: /ERR_INVALID_URL/,
    looksLike: 'wrong-host-typo (the URL is complete, its host is wrong)',
    hints: ['What stands behind "from" in the message?', 'Was anything sent at all?'],
  },
})
