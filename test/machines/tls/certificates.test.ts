import 'reflect-metadata'
import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as x509 from '@peculiar/x509'
import { expect, test } from 'vitest'
import { Authority, type CertificateRecipe } from '../../../sandbox/machines/tls/authority.ts'
import * as der from '../../../sandbox/machines/tls/der.ts'

const run = promisify(execFile)
const hasOpenssl = await run('openssl', ['version']).then(
  () => true,
  () => false,
)
const needsOpenssl = 'openssl is not in PATH: install the package openssl'

function certificatesIn(pem: string): X509Certificate[] {
  return pem.split(/(?<=-----END CERTIFICATE-----\n)/).map((one) => new X509Certificate(one))
}

/** What `openssl verify` says of a chain, with the stricter rules of RFC 5280 on. */
async function opensslVerdict(
  authority: Authority,
  recipe: CertificateRecipe,
  checks: 'the chain' | 'revocation too' = 'the chain',
): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'faultpath-certificates-'))
  try {
    const { certPem } = await authority.issue(recipe)
    await writeFile(join(dir, 'chain.pem'), certPem)
    const root = join(dir, 'root.pem')
    await writeFile(root, authority.rootPem)
    const chain = join(dir, 'chain.pem')
    const args = ['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'api.example.test']
    if (checks === 'revocation too')
      args.push('-crl_check_all', '-CRLfile', await authority.writeRevocationLists(dir))
    const said = await run('openssl', [...args, '-CAfile', root, '-untrusted', chain, chain]).catch(
      (error) => error,
    )
    return `${said.stdout}${said.stderr}`
  } finally {
    await rm(dir, { recursive: true })
  }
}

test('writes lengths, numbers and identifiers as X.690 does', () => {
  expect(der.octetString(Buffer.alloc(127)).subarray(0, 2).toString('hex')).toBe('047f')
  expect(der.octetString(Buffer.alloc(128)).subarray(0, 3).toString('hex')).toBe('048180')
  expect(der.octetString(Buffer.alloc(70_000)).subarray(0, 5).toString('hex')).toBe('0483011170')
  expect(der.integer(0).toString('hex')).toBe('020100')
  expect(der.integer(128).toString('hex')).toBe('02020080')
  expect(der.objectIdentifier('1.2.840.113549.1.1.11').toString('hex')).toBe('06092a864886f70d01010b')
  expect(der.time(new Date('2049-12-31T23:59:59.900Z')).toString()).toContain('491231235959Z')
  expect(der.time(new Date('2050-01-01T00:00:00Z')).toString()).toContain('20500101000000Z')
})

test.skipIf(!hasOpenssl)(
  `a healthy chain passes strict verification, an expired one does not (${needsOpenssl})`,
  async () => {
    const authority = new Authority('api.example.test')
    expect(await opensslVerdict(authority, {})).toContain('chain.pem: OK')
    expect(await opensslVerdict(authority, { leaf: { notAfterDays: -1 } })).toContain(
      'certificate has expired',
    )
  },
)

test.skipIf(!hasOpenssl)(
  `only a revoked leaf stands in the list of its authority (${needsOpenssl})`,
  async () => {
    const authority = new Authority('api.example.test')
    const revoked = { leaf: { revoked: true } }
    expect(await opensslVerdict(authority, {}, 'revocation too')).toContain('chain.pem: OK')
    expect(await opensslVerdict(authority, revoked, 'revocation too')).toContain('certificate revoked')
    expect(await opensslVerdict(authority, revoked)).toContain('chain.pem: OK')
  },
)

test('another library reads in the certificates what the recipe says', async () => {
  const authority = new Authority('api.example.test')
  const { certPem } = await authority.issue({
    leaf: { names: ['a.example.test'], ips: ['127.0.0.1'], notAfterDays: 5 },
    intermediate: { pathLength: 3, permittedNames: ['example.test'] },
  })
  const [leaf, intermediate] = certificatesIn(certPem).map((one) => new x509.X509Certificate(one.raw))
  expect(await leaf!.verify({ publicKey: intermediate!, signatureOnly: true })).toBe(true)
  expect(await intermediate!.verify({ publicKey: leaf!, signatureOnly: true })).toBe(false)
  const names = leaf!.getExtension(x509.SubjectAlternativeNameExtension)!.names.toJSON()
  expect(names).toEqual([
    { type: 'dns', value: 'a.example.test' },
    { type: 'ip', value: '127.0.0.1' },
  ])
  expect(leaf!.getExtension(x509.BasicConstraintsExtension)!.ca).toBe(false)
  expect(intermediate!.getExtension(x509.BasicConstraintsExtension)).toMatchObject({
    ca: true,
    pathLength: 3,
  })
  expect(leaf!.getExtension(x509.KeyUsagesExtension)!.usages).toBe(x509.KeyUsageFlags.digitalSignature)
  const signs = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign
  expect(intermediate!.getExtension(x509.KeyUsagesExtension)!.usages).toBe(signs)
  const keyId = intermediate!.getExtension(x509.SubjectKeyIdentifierExtension)!.keyId
  expect(leaf!.getExtension(x509.AuthorityKeyIdentifierExtension)!.keyId).toBe(keyId)
})

test('says of the chain it serves which names it is for and when all of it holds', async () => {
  const authority = new Authority('api.example.test')
  const inDays = (days: number) => Date.now() + days * 86_400_000
  const healthy = (await authority.issue({})).served
  expect(healthy.names).toEqual(['api.example.test'])
  expect(healthy.digests).toHaveLength(2)
  expect(Date.parse(healthy.notBefore)).toBeLessThan(inDays(-0.9))
  expect(Date.parse(healthy.notAfter)).toBeGreaterThan(inDays(1))
  const { served } = await authority.issue({ intermediate: { notAfterDays: -3 } })
  expect(Date.parse(served.notAfter)).toBeLessThan(inDays(-2.9))
  expect(Date.parse(served.notAfter)).toBeGreaterThan(inDays(-3.1))
  const huge = (await authority.issue({ leaf: { furtherNames: 10_000 } })).served
  expect(huge.names.length).toBeLessThan(10)
})

test('issues one chain per recipe, and nothing one authority signed passes for another', async () => {
  const [one, other] = [new Authority('a.test'), new Authority('a.test')]
  expect(await one.issue({})).toBe(await one.issue({}))
  expect(await one.issue({})).not.toBe(await one.issue({ leaf: { notAfterDays: -1 } }))
  const intermediate = certificatesIn((await one.issue({})).certPem)[1]!
  expect(intermediate.verify(certificatesIn(one.rootPem)[0]!.publicKey)).toBe(true)
  expect(intermediate.verify(certificatesIn(other.rootPem)[0]!.publicKey)).toBe(false)
})

test('what clients are given to trust holds certificates, and no key', async () => {
  const authority = new Authority('api.example.test')
  expect(authority.rootPem.endsWith('-----END CERTIFICATE-----\n')).toBe(true)
  expect(authority.rootPem).not.toContain('PRIVATE')
  expect((await authority.issue({})).keyPem).toContain('PRIVATE')
})

test('says of a served chain whose it is, who signed it, and which one is out of its time', async () => {
  const authority = new Authority('api.example.test')
  const served = async (recipe: CertificateRecipe) => (await authority.issue(recipe)).served
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
  const good = await served({})
  expect(good).toMatchObject({ signers: ['Faultpath Intermediate'], issuer: 'Faultpath Root' })
  expect(good.untimely).toBeUndefined()
  const { untimely } = await served({ leaf: { notAfterDays: -30 } })
  expect(untimely).toEqual({ ended: expect.stringContaining(day(-30)) })
  expect((await served({ intermediate: { notBeforeDays: 30 } })).untimely).toEqual({
    signer: 'Faultpath Intermediate',
    begins: expect.stringContaining(day(30)),
  })
  expect(await served({ root: 'retired' })).toMatchObject({ issuer: 'Faultpath Retired Root' })
  expect(await served({ leaf: { selfSigned: true } })).toMatchObject({
    signers: [],
    issuer: 'api.example.test',
  })
})
