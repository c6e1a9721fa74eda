// Small values that outlive a reload: localStorage, which may be full, forbidden or edited by hand.

export function stored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Keeps a value, or removes it when there is nothing to keep. */
export function store(key: string, value: string | null): void {
  try {
    if (value) localStorage.setItem(key, value)
    else localStorage.removeItem(key)
  } catch {
    // Without storage the value lives as long as the page.
  }
}
