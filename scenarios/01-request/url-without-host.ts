import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'The URL has no host: a variable was empty',
  break: request.badUrl({ form: 'no-host' }),
  expect: {
    fetch: { name: 'TypeError', code: 'ERR_INVALID_URL', message: /^Failed to parse URL from https:/ },
    https: { name: 'TypeError', code: 'ERR_INVALID_URL', message: /^Invalid URL$/ },
    curl: { exit: 3, message: /bad\/illegal format|[Mm]alformed/ },

    // urllib asks the resolver for the empty name.
    python: { name: 'URLError', code: 'EAI_NONAME' },
    requests: { name: 'InvalidURL', message: /No host supplied/ },
  },
  lesson: {
    story: 'Right after a deployment every call fails, before anything leaves the machine.',
    why: 'The host came from an environment variable that is empty there: "https://:443/users" is no URL.',
    seeIt: 'node -e "new URL(\'https://:443/users\')"',
    rightly: 'node -e "new URL(\'https://api.example.test/users\')"',
    clue: /ERR_INVALID_URL/,
    looksLike: 'wrong-host-typo (there the missing variable became the text "undefined")',
    hints: ['Which URL stands in the message?', 'Which variables does that machine have?'],
  },
})
