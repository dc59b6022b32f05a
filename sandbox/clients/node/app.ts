/**
 * What the app does with a response: step 10. Plain code of the kind every app has, which trusts the API's
 * contract; where the data breaks that trust, it throws as such code throws.
 */
export function useData(path: string, bodyText: string, reads?: string): unknown {
  const body = JSON.parse(bodyText)
  const resource = path.split(/[?/]/)[1]
  if (path.startsWith('/users') && path.split('/').length === 2) {
    return body[reads ?? 'users'].map((user: { name: string }) => user.name)
  }
  if (resource === 'products')
    return body[reads ?? 'products'].map((product: { name: string }) => product.name)
  return body
}
