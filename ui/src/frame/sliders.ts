// The stack of panels in which applications, and pages of ours that they ask for, open over the page.
import { shallowReactive, type ShallowReactive } from 'vue'
import type { RouteLocationResolved } from 'vue-router'
import { api } from '@/api/methods'
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

type Opened = Omit<Slider, 'key'>

const MIN_WIDTH = 300

const stack: ShallowReactive<Slider[]> = shallowReactive([])
let count = 0

export const sliders = {
  stack,

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
  const inSlider = { ...options, IFRAME: 'Y', IFRAME_TYPE: 'SIDE_SLIDER' }
  return {
    title: typeof title === 'string' ? title : '',
    label: labelOf(label),
    width: pixels(width) ?? (pixels(left) === undefined ? undefined : innerWidth - (pixels(left) ?? 0)),
    content: { open: () => api.openApp(app, { options: inSlider }) },
  }
}

/** A page of ours in a slider. */
export function pageSlider({ href, meta }: RouteLocationResolved): Opened {
  const title = meta.section === 'contact-center' ? texts.nav.contactCenter : texts.nav.inbox
  return { title, content: { address: href } }
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
