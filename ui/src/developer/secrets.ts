// Values that are told once, and how they look while they are hidden.
import { texts } from '@/texts'

export const MASK = '•'.repeat(16)

export interface Secret {
  name: keyof typeof texts.developer.secrets.hints
  value: string
  /** It is no secret, so it is shown from the start. */
  open?: boolean
}

/** A text with every secret in it hidden. */
export const masked = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((rest, secret) => rest.replaceAll(secret, MASK), text)
