// Colours that come from applications: accepted only as hex, and what can be read on them.

const HEX = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i

/** The colour if it is a plain hex colour, else null. */
export const safeColour = (value: string | null | undefined): string | null =>
  value && HEX.test(value.trim()) ? value.trim() : null

/** Black or white, whichever reads better on the colour. */
export function inkOn(hex: string): string {
  const digits = hex.slice(1)
  const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : (digits.match(/../g) ?? [])
  const [red = 0, green = 0, blue = 0] = pairs.map((pair) => channel(parseInt(pair, 16) / 255))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? '#000000' : '#ffffff'
}

const channel = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
