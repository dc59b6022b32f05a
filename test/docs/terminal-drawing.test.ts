import { expect, test } from 'vitest'
import { drawing } from '../../docs/terminal-drawing.ts'

// The picture shows what a terminal would show, wherever it is opened.

const svg = (text: string) => drawing(text, { columns: 20, title: 'a < b' })
const texts = (text: string) => svg(text).match(/<text x="\S+" y="\S+" textLength.*<\/text>/g) ?? []

test('each run of words stands in its column, in the look that its codes give', () => {
  expect(texts('ab  \u001b[31m\u001b[1mcd e\u001b[22m f\u001b[39m\n\u001b[2mg')).toEqual([
    '<text x="22" y="70" textLength="16.8">ab</text>',
    '<text x="55.6" y="70" textLength="33.6" fill="#ff7b7f" font-weight="700">cd e</text>',
    '<text x="97.6" y="70" textLength="8.4" fill="#ff7b7f">f</text>',
    '<text x="22" y="90" textLength="8.4" fill="#8b93a1">g</text>',
  ])
})

test('no sign is taken for markup, and none of the codes is left', () => {
  expect(texts('\u001b[32m<a> & b\u001b[39m')).toEqual([
    '<text x="22" y="70" textLength="58.8" fill="#7fd18b">&lt;a&gt; &amp; b</text>',
  ])
  expect(svg('x')).toContain('<title>a &lt; b</title>')
})

test('it loads nothing and runs nothing', () => {
  expect(svg('x')).not.toMatch(/href|@import|url\(|<script|<style/)
  expect(svg('x').match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg'])
})
