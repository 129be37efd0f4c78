import { expect } from 'chai'
import { describe, it } from 'mocha'
import { isImageName, parseImageReference } from '../../src/attestation/image.ts'
import { refusal } from '../helpers/mangle.ts'

const digest = `sha256:${'12'.repeat(32)}`

describe('attestation/image', () => {
  it('knows OCI references with a host, and purls of images', () => {
    for (const name of [
      'registry.acme.io/shop/cart',
      'registry.acme.io/shop/cart:1.2.3',
      `registry.acme.io/shop/cart@${digest}`,
      `registry.acme.io/shop/cart:1.2.3@${digest}`,
      'localhost/app',
      'localhost:5000/app:latest',
      'registry:5000/app',
      '[::1]:5000/app',
      'ghcr.io/a/b__c/d-e',
      'pkg:oci/app@sha256%3A12?repository_url=ghcr.io/acme/app',
      'pkg:docker/alpine@latest?platform=linux%2Famd64',
    ]) {
      expect(isImageName(name), name).to.equal(true)
    }
  })

  it('takes nothing else for an image', () => {
    for (const name of [
      '',
      'binary-linux-amd64',
      'alpine',
      'library/alpine:3',
      'gs://bucket/object',
      'https://registry.acme.io/app',
      'git+https://github.com/acme/app',
      'oci://registry.acme.io/app',
      'registry.acme.io/',
      'registry.acme.io/App',
      'registry.acme.io/a//b',
      'registry.acme.io/app:',
      'registry.acme.io/app\n',
      'pkg:npm/lodash@4.17.20',
      'pkg:oci/',
      `${'a'.repeat(2_000)}.io/app`,
    ]) {
      expect(isImageName(name), name).to.equal(false)
    }
  })

  it('is linear on hostile names', () => {
    const start = performance.now()
    for (const name of [`a.io/${'a-'.repeat(500)}!`, `${'a.'.repeat(500)}!/a`, `a.io/${'_'.repeat(1_000)}`])
      isImageName(name)
    expect(performance.now() - start).to.be.below(200)
  })

  it('splits NAME@sha256:…', () => {
    expect(parseImageReference(`registry.acme.io/shop/cart:1.2@${digest}`)).to.deep.equal({
      name: 'registry.acme.io/shop/cart:1.2',
      digest,
    })
    expect(parseImageReference(`alpine@${digest}`)).to.deep.equal({ name: 'alpine', digest })
  })

  it('refuses tags, bare digests and other digests', () => {
    for (const text of [
      'registry.acme.io/app',
      'registry.acme.io/app:1',
      digest,
      `@${digest}`,
      `a b@${digest}`,
      `gs://x/y@${digest}`,
    ]) {
      expect(refusal(() => parseImageReference(text)).reason, text).to.equal('reference-malformed')
    }
    for (const bad of ['sha256:12', digest.toUpperCase(), `sha512:${'12'.repeat(64)}`, `${digest} `]) {
      expect(refusal(() => parseImageReference(`registry.acme.io/app@${bad}`)).reason, bad).to.equal(
        'digest-malformed',
      )
    }
  })
})
