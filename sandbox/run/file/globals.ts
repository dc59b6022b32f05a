/** What can be changed for all code of a process: the global object, and what the language itself is made of. */
const shared: Readonly<Record<string, object>> = {
  ...{ globalThis, process, console, JSON, Math, Reflect },
  ...Object.fromEntries(
    [
      ...[Array, Boolean, Date, Error, Function, Map, Number, Object],
      ...[Promise, RegExp, Set, String, Symbol, WeakMap],
    ].flatMap((each): [string, object][] => [
      [each.name, each],
      [`${each.name}.prototype`, each.prototype],
    ]),
  ),
}

// What is restored with must not be among what was changed.
const { apply, defineProperty, getOwnPropertyDescriptor, ownKeys } = Reflect
const { push } = Array.prototype

interface Kept {
  readonly holder: object
  readonly key: PropertyKey
  readonly name: string
  readonly was: PropertyDescriptor
}

/** Counters and settings may change; and a library that is loaded meanwhile may look in on how the process ends. */
function isOurs(holder: object, key: PropertyKey, { get, value }: PropertyDescriptor): boolean {
  const isSetting = get === undefined && typeof value !== 'function' && typeof value !== 'object'
  return isSetting || (holder === process && /^(?:_.*|emit|reallyExit)$/.test(String(key)))
}

/**
 * Remembers all of it as it is now.
 * @returns what puts it back, and tells what had been changed since; undefined where nothing was.
 */
export function keepGlobals(): () => readonly string[] | undefined {
  const all: Kept[] = []
  for (const [of, holder] of Object.entries(shared)) {
    for (const key of ownKeys(holder)) {
      const was = getOwnPropertyDescriptor(holder, key)
      const name = of === 'globalThis' ? String(key) : `${of}.${String(key)}`
      if (was?.configurable && !isOurs(holder, key, was)) all.push({ holder, key, name, was })
    }
  }
  return () => {
    const changed: string[] = []
    for (let index = 0; index < all.length; index += 1) {
      const { holder, key, name, was } = all[index]!
      const is = getOwnPropertyDescriptor(holder, key)
      if (is !== undefined && is.value === was.value && is.get === was.get) continue
      // What is made when it is first read (`fetch`) is made by Node.
      if (was.get !== undefined && is !== undefined && holder === globalThis) continue
      defineProperty(holder, key, was)
      apply(push, changed, [name])
    }
    return changed.length === 0 ? undefined : changed
  }
}
