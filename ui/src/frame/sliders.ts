// The stack of panels in which applications, and pages of ours that they ask for, open over the page.
import { ref, shallowReactive, type ShallowReactive } from 'vue'
import type { LocationQuery, RouteLocationResolved } from 'vue-router'
import { api } from '@/api/methods'
import type { Placement } from '@/api/types'
import { safeColour } from '@/lib/colour'
import { texts } from '@/texts'
import type { Opener } from './frames'

/** The mark that an application may put on its slider. */
export interface SliderLabel {
  text: string
  colour: string | null
  background: string | null
}

export interface Slider {
  readonly key: string
  /** The frame that asked for it; the slider closes with it. */
  readonly owner?: symbol
  readonly title: string
  readonly label?: SliderLabel
  /** Width in pixels; nearly the whole window where none is given. */
  readonly width?: number
  /** An application's page, or the address of one of ours. */
  readonly content: { open: Opener } | { address: string }
  readonly closed?: () => void
}

type Addressed = Pick<RouteLocationResolved, 'name' | 'params' | 'query'>
type Opened = Omit<Slider, 'key'>

const MIN_WIDTH = 300
const LINK_PARAM = /^params\[([^[\]]+)\]$/
const IN_SLIDER = { IFRAME: 'Y', IFRAME_TYPE: 'SIDE_SLIDER' }

const stack: ShallowReactive<Slider[]> = shallowReactive([])
let count = 0

export const sliders = {
  stack,
  /** Grows whenever the page comes back from a slider, where an application may have changed what it shows. */
  returns: ref(0),

  open(slider: Opened): void {
    stack.push({ ...slider, key: `slider-${++count}` })
  },

  /** Closes a slider and all that lie on top of it. */
  close(key: string): void {
    closeFrom(stack.findIndex((slider) => slider.key === key))
  },

  /** Closes what a frame opened. */
  closeOf(owner: symbol): void {
    closeFrom(stack.findIndex((slider) => slider.owner === owner))
  },

  closeAll(): void {
    closeFrom(0)
  },
}

function closeFrom(index: number): void {
  if (index < 0) return
  for (const slider of stack.splice(index).reverse()) slider.closed?.()
}

/** An application in a slider: what it is given as placement options, among them how the slider should look. */
export function applicationSlider(app: number, options: Record<string, unknown>): Opened {
  const { bx24_title: title, bx24_width: width, bx24_leftBoundary: left, bx24_label: label } = options
  return {
    title: typeof title === 'string' ? title : '',
    label: labelOf(label),
    width: pixels(width) ?? (pixels(left) === undefined ? undefined : innerWidth - (pixels(left) ?? 0)),
    content: { open: () => api.openApp(app, { options: { ...options, ...IN_SLIDER } }) },
  }
}

/** The page of a placement in a slider. */
export const placementSlider = ({ app, id, title }: Placement, options: Record<string, unknown> = {}): Opened => ({
  title,
  content: { open: () => api.openApp(app.id, { placement: id, options }) },
})

/** How to open the application that an address names; null for a page of ours. */
export function openerOf(
  { name, params, query }: Addressed,
  options: () => Record<string, unknown>,
): Opener | null {
  const placement = Number(params.placement) || undefined
  if (name === 'application') return () => api.openApp(Number(params.app), { placement, options: options() })
  if (name !== 'application-link') return null
  const linked = () => ({ ...options(), ...linkParams(query) })
  return () => api.openApp(String(params.client), { code: 'REST_APP_URI', options: linked() })
}

/** What an application wrote into a link to itself: `params[name]=value`. */
function linkParams(query: LocationQuery): Record<string, string> {
  const pairs = Object.entries(query).map(([key, value]) => [LINK_PARAM.exec(key)?.[1], String([value].flat().at(-1) ?? '')])
  return Object.fromEntries(pairs.filter(([name]) => name))
}

/** A page in a slider, of an application or of ours. */
export function pageSlider(page: RouteLocationResolved): Opened {
  const open = openerOf(page, () => IN_SLIDER)
  if (open) return { title: '', content: { open } }
  const { href, meta } = page
  const titles = {
    inbox: texts.nav.inbox,
    'contact-center': texts.nav.contactCenter,
    lines: texts.nav.lines,
    statistics: texts.nav.statistics,
    developer: texts.nav.developer,
  }
  return { title: titles[meta.section ?? 'inbox'], content: { address: href } }
}

function pixels(value: unknown): number | undefined {
  const number = Number.parseInt(String(value), 10)
  return Number.isNaN(number) || number < 0 ? undefined : Math.max(number, MIN_WIDTH)
}

function labelOf(given: unknown): SliderLabel | undefined {
  const { text, color, bgColor } = (given ?? {}) as Record<string, unknown>
  if (typeof text !== 'string' || !text) return undefined
  return { text: text.slice(0, 40), colour: colourOf(color), background: colourOf(bgColor) }
}

const colourOf = (value: unknown): string | null => (typeof value === 'string' ? safeColour(value) : null)
