import { fault } from '../language/fault.ts'
import { oneOf } from '../language/parameters.ts'

/**
 * The URL is none: a relative path where no page gives it a base, an empty host, a space in the host.
 *
 * Nothing leaves the app. Often a base URL that was not configured. In a page a relative path is no mistake of form: the
 * page's own host is asked, and answers with a page.
 *
 * - `form`: `relative` (`/users`), `no-scheme` (`//host/users`), `no-host` (`https://:443/users`) or `space` (a space
 *   in the host).
 * - Seen: `TypeError: Failed to parse URL`, cause `ERR_INVALID_URL`; curl exit 3; in a page `SyntaxError:
 *   Unexpected token '<'`.
 * - Source: URL Standard, URL parsing; RFC 3986 §3.
 */
export const badUrl = fault({
  step: 'request',
  name: 'bad-url',
  summary: ({ form }) => `bad-url: ${form}`,
  parameters: { form: oneOf(['relative', 'no-scheme', 'no-host', 'space'], { default: 'relative' }) },
  plan: ({ form }) => {
    const origins = {
      relative: '',
      'no-scheme': '//api.example.test',
      'no-host': 'https://:443',
      space: 'https://api example.test',
    }
    return { point: 'client', state: { kind: 'origin', origin: origins[form] } }
  },
})
