/** Where the machines of one process are, from this port on. */
export function portsFrom(first: number) {
  return {
    bulk: first,
    echo: first + 1,
    web: first + 2,
    gateway: first + 3,
    inner: first + 4,
    tls: first + 5,
    chain: first + 6,
    dns: first + 7,
    delay10: first + 8,
    delay100: first + 9,
    throttled: [first + 10, first + 11, first + 12],
  } as const
}
