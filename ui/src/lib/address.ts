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

/** Pictures may also be given inline. */
export const imageAddress = (address: string | null | undefined): string | null =>
  address?.startsWith('data:image/') ? address : (webAddress(address)?.href ?? null)

/** One value of an address's query, which may be missing or given several times. */
export function queryText(value: unknown): string {
  const first: unknown = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first : ''
}
