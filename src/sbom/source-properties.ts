/**
 * The source package of an operating system's package, as generators tell it in properties of their own (CycloneDX
 * `properties`), for purls that do not name it themselves.
 *
 *     trivy   aquasecurity:trivy:SrcName, SrcVersion, SrcRelease, SrcEpoch
 *     syft    syft:metadata:source and sourceVersion (Debian), originPackage (Alpine), sourceRpm, basePackage (Arch)
 */
import { objectsOrNone, textOrNone, type Field } from '../attestation/field.ts'
import type { JsonValue } from '../encoding/strict-json.ts'

const TRIVY = 'aquasecurity:trivy:Src'
const SYFT = 'syft:metadata:'
const syftNames: ReadonlySet<string> = new Set(
  ['source', 'sourceVersion', 'originPackage', 'sourceRpm', 'basePackage'].map((one) => SYFT + one),
)

/** Whether a property of this name is one of those. */
export function isSourceProperty(name: JsonValue | undefined): boolean {
  return typeof name === 'string' && (name.startsWith(TRIVY) || syftNames.has(name))
}

/** `name` or `name@version`, for syft's RPMs the file name of the source RPM; empty if `component` has none of them. */
export function sourceInProperties(component: Field): string {
  const stated = new Map<string, string>()
  for (const property of objectsOrNone(component, 'properties')) {
    const name = textOrNone(property, 'name')
    if (isSourceProperty(name)) stated.set(name, textOrNone(property, 'value'))
  }
  return stated.size === 0 ? '' : trivySource(stated) || syftSource(stated)
}

function trivySource(stated: ReadonlyMap<string, string>): string {
  const [name = '', version = '', release = '', epoch = ''] = ['Name', 'Version', 'Release', 'Epoch'].map(
    (one) => stated.get(TRIVY + one),
  )
  if (name === '' || version === '') return name
  return `${name}@${['', '0'].includes(epoch) ? '' : `${epoch}:`}${version}${release === '' ? '' : `-${release}`}`
}

function syftSource(stated: ReadonlyMap<string, string>): string {
  const [source = '', version = '', ...others] = [...syftNames].map((name) => stated.get(name))
  if (source !== '') return version === '' ? source : `${source}@${version}`
  return others.find((one) => one !== undefined && one !== '') ?? ''
}
