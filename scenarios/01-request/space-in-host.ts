import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'A space stands in the host name',
  break: request.badUrl({ form: 'space' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ERR_INVALID_URL', message: /^Failed to parse URL from https:/ },
    https: { name: 'TypeError', code: 'ERR_INVALID_URL', message: /^Invalid URL$/ },
    curl: { exit: 3, message: /bad\/illegal format|[Mm]alformed/ },

    python: { name: 'InvalidURL', message: /can't contain control characters/ },
    // requests encodes the space, and asks the resolver for that.
    requests: { name: 'ConnectionError', code: 'EAI_NONAME', message: /api%20example/ },
  },
  lesson: {
    story: 'The address looks right in the configuration, and no client takes it.',
    why: 'A space, often at the end and invisible, came in by copy and paste. A host cannot have one.',
    seeIt: 'node -e "new URL(\'https://api.example .test/users\')"',
    rightly: 'node -e "new URL(\'https://api.example.test/users\')"',
    clue: /ERR_INVALID_URL/,
    looksLike: 'bad-url (parts are missing)',
    hints: ['Put quotes around the URL in the log: what is inside?'],
  },
})
