import { app, scenario } from '#sandbox/app'

export default scenario({
  title: 'The app reads a field that the answer does not have',
  break: app.missingField(),
  expect: {
    fetch: { name: 'TypeError', message: /^Cannot read properties of undefined \(reading 'map'\)$/ },
    https: { name: 'TypeError', message: /^Cannot read properties of undefined \(reading 'map'\)$/ },
  },
  lesson: {
    story: 'The page is white. In the network tab of the browser everything is green.',
    why: 'The app was written for another contract: it reads `items`, the API says `users`. Nothing on the way failed.',
    seeIt: 'curl -sS https://api.example.test/users | grep -c \'"items":\'',
    rightly: 'curl -sS https://api.example.test/users | grep -c \'"users":\'',
    clue: /^0$/m,
    looksLike: 'invalid-json (a SyntaxError, before anything is read)',
    hints: ['Did the whole body arrive?', 'Which name does the list have?'],
  },
})
