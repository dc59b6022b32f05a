// What `process.exit` itself comes to. It is not among the types of Node.
const { reallyExit } = process as unknown as { readonly reallyExit: (code: number) => never }

/** Ends the process at once, whatever listens to its end. The watchdog of its run ends what it leaves. */
export function endNow(code: number): never {
  return reallyExit.call(process, code)
}
