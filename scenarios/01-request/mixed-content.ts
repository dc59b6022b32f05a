import { request, scenario } from '#sandbox/request'

export default scenario({
  title: 'A page of https:// calls http://',
  break: request.mixedContent(),
  expect: {
    all: { status: 200 },
    https: { name: 'TypeError', code: 'ERR_INVALID_PROTOCOL', message: /Protocol "http:" not supported/ },
    chromium: {
      name: 'TypeError',
      code: 'mixed-content',
      message: /requested an insecure resource 'http:.*\. This request has been blocked/,
    },
  },
  lesson: {
    story:
      'On localhost it works. Deployed, with https, every call is "Failed to fetch", and the API sees none.',
    why: 'A page that came encrypted may not call unencrypted: anybody on the way could read and change it.',
    seeIt: 'npm run scenario mixed-content',
    clue: /Mixed Content: The page at/,
    looksLike: 'csp-blocked (nothing leaves the browser either; the console tells which rule it was)',
    hints: ['Which scheme does the page have, and which the call?', 'Was anything sent?'],
  },
})
