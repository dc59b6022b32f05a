import { request, scenario } from '#sandbox/request'

export default scenario({
  title: "The page's own security policy does not name the API",
  break: request.cspBlocked(),
  expect: {
    chromium: {
      name: 'TypeError',
      message: /violates the following Content Security Policy directive: "connect-src 'self'"/,
    },
  },
  lesson: {
    story: 'After the security review the page loads and looks right, but every call is "Failed to fetch".',
    why: "The policy that came with the page allows calls to the page's own origin only. The API is another one.",
    seeIt: 'npm run scenario csp-blocked',
    clue: /violates the following Content Security Policy/,
    looksLike: 'cors-blocked (the call is made, and answered), mixed-content (another rule)',
    hints: ['Which headers came with the page?', 'Was anything sent?', 'What does the console say?'],
  },
})
