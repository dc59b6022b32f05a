import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'The URL begins with two slashes: the scheme is missing',
  break: request.badUrl({ form: 'no-scheme' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ERR_INVALID_URL', message: /^Failed to parse URL from \/\/api/ },
    https: { name: 'TypeError', code: 'ERR_INVALID_URL', message: /^Invalid URL$/ },
    curl: { exit: 3, message: /bad\/illegal format|[Mm]alformed/ },

    python: { name: 'ValueError', message: /unknown url type/ },
    requests: { name: 'MissingSchema', message: /No scheme supplied/ },
  },
  lesson: {
    story: 'A link copied from a page fails in a script.',
    why: 'In a page "//host" takes over the scheme of the page. A script has none to take over.',
    seeIt: 'node -e "new URL(\'//api.example.test/users\')"',
    rightly: 'node -e "new URL(\'https://api.example.test/users\')"',
    clue: /ERR_INVALID_URL/,
    looksLike: 'bad-url (no host either)',
    hints: ['Which part of the URL is missing?'],
  },
})
