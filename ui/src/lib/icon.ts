// How applications want a channel's picture drawn: size and place as for a background; anything else is passed over.

const LENGTH = /^(?:0|\d{1,3}(?:\.\d{1,4})?(?:%|px))$/
const WHOLE = ['contain', 'cover']
const SIDES: Record<string, readonly [axis: 'x' | 'y' | '', place: string]> = {
  left: ['x', '0%'],
  right: ['x', '100%'],
  top: ['y', '0%'],
  bottom: ['y', '100%'],
  center: ['', '50%'],
}

type Style = Record<string, string>

/** The style of a picture that stands absolutely in its box. */
export function pictureStyle(size: string | null | undefined, position: string | null | undefined): Style {
  return { maxWidth: 'none', ...sizeStyle(size), ...placeStyle(position) }
}

function sizeStyle(given: string | null | undefined): Style {
  const words = wordsOf(given)
  if (words.length === 1 && WHOLE.includes(words[0]!)) return { width: '100%', height: '100%', objectFit: words[0]! }
  const [width = '70%', height = 'auto'] = words.length <= 2 && words.every(isSize) ? words : []
  return { width, height, maxHeight: height === 'auto' ? '100%' : 'none', objectFit: height === 'auto' ? 'contain' : 'fill' }
}

const isSize = (word: string): boolean => word === 'auto' || LENGTH.test(word)

/** A percentage means that point of the picture at that point of the box. */
function placeStyle(given: string | null | undefined): Style {
  const words = wordsOf(given)
  const known = words.length <= 2 && words.every((word) => Object.hasOwn(SIDES, word) || LENGTH.test(word))
  const places = known ? words.map((word) => SIDES[word] ?? (['', word] as const)) : []
  const swapped = places[0]?.[0] === 'y' || places[1]?.[0] === 'x'
  const [x = '50%', y = '50%'] = (swapped ? [places[1], places[0]] : places).map((place) => place?.[1])
  const shift = (place: string): string => (place.endsWith('%') ? `-${place}` : '0')
  return { left: x, top: y, transform: `translate(${shift(x)}, ${shift(y)})` }
}

const wordsOf = (text: string | null | undefined): string[] => (text ?? '').trim().toLowerCase().split(/\s+/).filter(Boolean)
