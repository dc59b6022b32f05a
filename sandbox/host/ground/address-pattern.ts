import { isIPv6 } from 'node:net'

/**
 * Node tells IPv6 addresses by one regular expression, in every listen and every connect. V8 takes 5 ms for the first
 * two: it optimises the pattern's bytecode, runs that once, and compiles the pattern. Not optimised, it is 1 ms.
 */
export function compileAddressPattern(): void {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  setFlagsFromString('--no-regexp-optimization')
  isIPv6('')
  isIPv6('')
  // What is compiled under other flags than the cache was written with is not taken from it.
  setFlagsFromString('--regexp-optimization')
}
