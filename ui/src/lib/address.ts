// Addresses that come from outside and end up in links, images and forms.

/** The address as an absolute http(s) URL, or null when it is anything else. */
export function webAddress(address: string | null | undefined): URL | null {
  if (!address) return null
  try {
    const url = new URL(address, location.href)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : null
  } catch {
    return null
  }
}

const LINKABLE = new Set(['http:', 'https:', 'mailto:', 'tel:'])
/** The only pages of the portal that a text may link to by their path. */
const OF_AN_APPLICATION = /^\/marketplace\/(?:app|view)\/[\w.-]+\/?(?:[?#]|$)/
/** Neither another host in disguise nor anything that browsers leave out when they read an address. */
const PATH = /^\/(?![/\\])[^\s\\\p{C}]*$/u
const PHONE = /^\+?[0-9][0-9 ()./-]{1,30}$/

/** The address if a text may link to it, else null; relative addresses may not, unless they lead into an application. */
export function linkAddress(address: string): string | null {
  const given = address.trim()
  if (OF_AN_APPLICATION.test(given)) return given
  try {
    const url = new URL(given)
    return LINKABLE.has(url.protocol) ? url.href : null
  } catch {
    return null
  }
}

/** A path from the portal's root, as attachments and buttons may have it. */
export const pathAddress = (path: string): string | null => (PATH.test(path) ? path : null)

/** Where a telephone number leads. */
export const telAddress = (number: string): string | null =>
  PHONE.test(number.trim()) ? `tel:${number.replace(/[^+0-9]/g, '')}` : null

/** The address of a picture, and whether it is one of ours; the portal's other addresses are none of pictures. */
export function pictureAddress(address: string): { url: URL; ours: boolean } | null {
  const url = pathAddress(address) || URL.canParse(address) ? webAddress(address) : null
  const ours = url?.origin === location.origin
  return url && (!ours || url.pathname.startsWith('/files/')) ? { url, ours } : null
}

/** Pictures may also be given inline. */
export const imageAddress = (address: string | null | undefined): string | null =>
  address?.startsWith('data:image/') ? address : (webAddress(address)?.href ?? null)

/** One value of an address's query, which may be missing or given several times. */
export function queryText(value: unknown): string {
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first : ''
}
