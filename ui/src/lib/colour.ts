// Colours that come from applications: accepted only as hex, and what can be read on them.

const HEX = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i

/** The colour if it is a plain hex colour, else null. */
export const safeColour = (value: string | null | undefined): string | null =>
  value && HEX.test(value.trim()) ? value.trim() : null

/** The contrast that text needs. */
const ENOUGH = 4.5
/** The grounds of messages that are the hardest to read on, in both themes. */
const GROUNDS = { light: '#d5e2f5', dark: '#32506f' } as const
const STEPS = 10

/** Black or white, whichever reads better on the colour. */
export const inkOn = (hex: string): string => (luminance(hex) > 0.18 ? '#000000' : '#ffffff')

/** A colour for text on another: the wanted one if it can be read there. */
export const inkFor = (wanted: string | null, ground: string): string =>
  wanted && contrast(wanted, ground) >= ENOUGH ? wanted : inkOn(ground)

/** A colour as it can be read in messages, darker or lighter where it must be. */
export const legible = (hex: string): { light: string; dark: string } => ({
  light: towards(hex, '#000000', GROUNDS.light),
  dark: towards(hex, '#ffffff', GROUNDS.dark),
})

function towards(hex: string, end: string, ground: string): string {
  for (let step = 0; step < STEPS; step += 1) {
    const mixed = mix(hex, end, step / STEPS)
    if (contrast(mixed, ground) >= ENOUGH) return mixed
  }
  return end
}

function mix(one: string, other: string, part: number): string {
  const [from, to] = [channels(one), channels(other)]
  return '#' + from.map((value, at) => hexPair(value + ((to[at] ?? 0) - value) * part)).join('')
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = channels(hex).map((value) => channel(value / 255))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function channels(hex: string): number[] {
  const digits = hex.slice(1)
  const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : (digits.match(/../g) ?? [])
  return pairs.map((pair) => parseInt(pair, 16))
}

const hexPair = (value: number): string => Math.round(value).toString(16).padStart(2, '0')
const channel = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
