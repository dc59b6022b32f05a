import { isIPv6 } from 'node:net'

/**
 * Node tells IPv6 addresses by one regular expression, in every listen and every connect by name. V8 takes 5 ms of a
 * process for its first two uses: it optimises the pattern's bytecode, runs that once, and compiles the pattern. Not
 * optimised, it is 1 ms. Three processes start at once on two cores: without this a run takes 5 % longer (medians of
 * 25 pairs).
 */
export function compileAddressPattern(): void {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  setFlagsFromString('--no-regexp-optimization')
  isIPv6('')
  isIPv6('')
  // What is compiled under other flags than the cache was written with is not taken from it.
  setFlagsFromString('--regexp-optimization')
}
