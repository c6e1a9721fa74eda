// Putting text on the clipboard, also on pages that the browser does not trust with it.

/** Copies a text; tells whether that worked. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyFromField(text)
  }
}

/** Over plain http there is no clipboard to write to, only the command that copies what is selected. */
function copyFromField(text: string): boolean {
  const focused = document.activeElement as HTMLElement | null
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'sr-only'
  // An open dialog takes the focus back from whatever lies outside of it.
  const host = focused?.closest('[role="dialog"]') ?? document.body
  host.append(field)
  field.select()
  const copied = document.execCommand('copy')
  field.remove()
  focused?.focus()
  return copied
}
