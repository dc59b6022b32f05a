import { createHash, X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServedCertificate, UntimelyCertificate } from '../shared/trace.ts'
import type { CertificateRecipe, LeafDeviation, RootName } from './certificate-recipe.ts'
import { newSerialNumber, toPem } from './certificate-writer.ts'
import type { ClientAuthority } from './client-authority.ts'
import { ocspResponse } from './ocsp-response.ts'
import { authority, certify, type Signer, selfSigned } from './signer.ts'

export type { CertificateRecipe } from './certificate-recipe.ts'

export interface Chain {
  /** Leaf first, then what else is sent. */
  readonly certPem: string
  readonly keyPem: string
  readonly served: ServedCertificate
  /** Size of the certificates sent, DER. */
  readonly bytes: number
  /** The OCSP response to staple, DER. Made when it is asked for, which hardly any client does. */
  readonly staple?: () => Buffer
  /** With `keyMismatch`: the leaf of `certPem` and `keyPem`, and the one of equal size that the client is to see. */
  readonly exchange?: { readonly own: Buffer; readonly shown: Buffer }
}

/**
 * The certificate authority of one run. Every key is fresh. The keys of servers and authorities stay in memory.
 */
export class Authority {
  /** What clients trust: the root, then a retired one that ended (real trust stores keep such too). PEM. */
  readonly rootPem: string
  readonly #hostName: string
  readonly #trusted = selfSigned('Faultpath Root', { notAfterDays: 365 })
  readonly #retired = selfSigned('Faultpath Retired Root', { notAfterDays: -30 })
  #unknown: Signer | undefined
  /** Known beforehand: it stands in the list from the start, and only a revoked leaf has it. */
  readonly #revokedSerialNumber = newSerialNumber()
  readonly #chains = new Map<string, Promise<Chain>>()
  #intermediate: Signer | undefined
  #clients: Promise<ClientAuthority> | undefined

  /** @param hostName the name healthy leaves are for, `api.example.test` */
  constructor(hostName: string) {
    this.#hostName = hostName
    this.rootPem = toPem(this.#trusted.certificate) + toPem(this.#retired.certificate)
  }

  /**
   * Writes `crl.pem` into `dir`: the lists of the root and of the intermediate, since a client that checks
   * needs one for each level. Returns its path.
   */
  async writeRevocationLists(dir: string): Promise<string> {
    const { revocationList } = await import('./revocation-list.ts')
    const path = join(dir, 'crl.pem')
    const lists = [
      revocationList(this.#trusted, []),
      revocationList(this.#healthyIntermediate, [this.#revokedSerialNumber]),
    ]
    await writeFile(path, lists.join(''), { mode: 0o644 })
    return path
  }

  /** Vouches for clients, where a server asks them for a certificate: hardly any does. */
  get clients(): Promise<ClientAuthority> {
    this.#clients ??= import('./client-authority.ts').then((module) => new module.ClientAuthority())
    return this.#clients
  }

  /** The chain of a recipe: made once, the same chain for the same recipe ever after. */
  issue(recipe: CertificateRecipe): Promise<Chain> {
    const key = JSON.stringify(recipe)
    const chain = this.#chains.get(key) ?? Promise.resolve().then(() => this.#make(recipe))
    this.#chains.set(key, chain)
    return chain
  }

  #make(recipe: CertificateRecipe): Chain {
    const root = this.#root(recipe.root ?? 'trusted')
    const intermediates = this.#intermediates(recipe, root)
    const issuer = intermediates[0] ?? root
    const leaf = recipe.leaf?.selfSigned ? this.#leaf(recipe.leaf) : this.#leaf(recipe.leaf ?? {}, issuer)
    const parts = {
      leaf: [leaf.certificate],
      intermediates: intermediates.map((signer) => signer.certificate),
      root: [root.certificate],
    }
    const healthySend = recipe.leaf?.selfSigned ? (['leaf'] as const) : (['leaf', 'intermediates'] as const)
    const sent = (recipe.send ?? healthySend).flatMap((part) => parts[part])
    const shown = recipe.leaf?.keyMismatch
      ? this.#twin(recipe.leaf, leaf.certificate.length, issuer)
      : undefined
    return {
      certPem: sent.map(toPem).join(''),
      keyPem: leaf.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      served: describe(sent.map((certificate) => (certificate === leaf.certificate && shown) || certificate)),
      bytes: Buffer.concat(sent).length,
      ...(!recipe.leaf?.noStaple && {
        staple: () => ocspResponse(leaf.certificate, issuer, recipe.leaf?.revoked ? 'revoked' : 'good'),
      }),
      ...(shown && { exchange: { own: leaf.certificate, shown } }),
    }
  }

  /** The same leaf for another key, in as many bytes: signatures vary by a byte or two, so it may take some. */
  #twin(deviation: LeafDeviation, bytes: number, issuer: Signer): Buffer {
    for (;;) {
      const { certificate } = this.#leaf(deviation, issuer)
      if (certificate.length === bytes) return certificate
    }
  }

  #root(name: RootName): Signer {
    if (name === 'trusted') return this.#trusted
    if (name === 'retired') return this.#retired
    this.#unknown ??= selfSigned('Faultpath Unknown Root', { notAfterDays: 365 })
    return this.#unknown
  }

  /** The one that signs the leaf first. The healthy one is made once and shared by all recipes. */
  #intermediates(recipe: CertificateRecipe, root: Signer): Signer[] {
    const isHealthy = !recipe.intermediate && !recipe.intermediates && root === this.#trusted
    if (isHealthy) return [this.#healthyIntermediate]
    const made: Signer[] = []
    for (let i = 0; i < (recipe.intermediates ?? 1); i++) {
      const name = i === 0 ? 'Faultpath Intermediate' : `Faultpath Intermediate ${i + 1}`
      made.unshift(authority(name, made[0] ?? root, recipe.intermediate ?? {}))
    }
    return made
  }

  get #healthyIntermediate(): Signer {
    this.#intermediate ??= authority('Faultpath Intermediate', this.#trusted, {})
    return this.#intermediate
  }

  #leaf(deviation: LeafDeviation, issuer?: Signer): Signer {
    const names = deviation.names ?? [this.#hostName]
    const ips = deviation.ips ?? []
    const commonName =
      deviation.commonName === undefined ? (names[0] ?? ips[0] ?? null) : deviation.commonName
    const further = Array.from(
      { length: deviation.furtherNames ?? 0 },
      (_, i) => `name-${i + 1}.example.test`,
    )
    return certify(
      {
        name: commonName,
        names: [...names, ...further],
        ips,
        isAuthority: false,
        ...(deviation.revoked && { serialNumber: this.#revokedSerialNumber }),
      },
      deviation,
      issuer,
    )
  }
}

/** Many names are cut to the first few: an observation stays small whatever was served. */
const namesShown = 5

/** Read when it is issued, which is moments before it is served. */
function describe(sent: readonly Buffer[]): ServedCertificate {
  const read = sent.map((certificate) => new X509Certificate(certificate))
  const names = read[0]?.subjectAltName?.split(', ').slice(0, namesShown) ?? []
  const times = (dates: readonly string[]) => dates.map(isoTime).sort()
  const now = new Date().toISOString()
  const untimely = read.flatMap((certificate, index) => untimelyAt(now, certificate, index === 0))[0]
  return {
    digests: sent.map((der) => createHash('sha256').update(der).digest('hex').slice(0, 16)),
    names: names.map((name) => name.replace(/^(DNS|IP Address):/, '')),
    signers: read.slice(1, namesShown).map(({ subject }) => commonName(subject)),
    issuer: commonName(read.at(-1)?.issuer),
    notBefore: times(read.map((certificate) => certificate.validFrom)).at(-1) ?? '',
    notAfter: times(read.map((certificate) => certificate.validTo))[0] ?? '',
    ...(untimely === undefined ? {} : { untimely }),
  }
}

function untimelyAt(
  now: string,
  { subject, validFrom, validTo }: X509Certificate,
  isLeaf: boolean,
): UntimelyCertificate[] {
  const [begins, ended] = [isoTime(validFrom), isoTime(validTo)]
  const whose = isLeaf ? {} : { signer: commonName(subject) }
  if (ended < now) return [{ ...whose, ended }]
  return begins > now ? [{ ...whose, begins }] : []
}

function isoTime(date: string): string {
  return new Date(date).toISOString()
}

/** Of a distinguished name as Node gives it: an attribute a line. */
function commonName(distinguishedName: string | undefined): string {
  return /^CN=(.*)$/m.exec(distinguishedName ?? '')?.[1] ?? 'no name'
}
