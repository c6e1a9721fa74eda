// What is known of a frame that shows an application's page, and what may be done with it.
import type { FrameOpening } from '@/api/types'

/** Asks for a rendering; each has tokens and an id of its own. */
export type Opener = () => Promise<FrameOpening>

/** One rendering of an application's page, as this page must use it. */
export interface Rendering extends FrameOpening {
  /** When its tokens were given, in milliseconds. */
  grantedAt: number
}

/** A frame in the hands of the commands that its page sends. */
export interface Frame {
  /** Whose sliders close when the frame does. */
  readonly key: symbol
  readonly opening: Rendering
  setTitle: (title: string) => void
  resize: (width: string, height: number) => void
  scrollTo: (top: number) => void
  /** Renders the page anew. */
  reopen: () => void
  /** Closes the panel or the slider around the frame. */
  close: () => void
}

/**
 * The opening under the address of this page.
 *
 * The server knows the portal's public address, but the page may have been opened under another: an application sends
 * its messages, and its calls, to the address in the frame's name.
 */
export function asSeenHere(opening: FrameOpening): Rendering {
  const secure = location.protocol === 'https:' ? '1' : '0'
  return {
    ...opening,
    grantedAt: Date.now(),
    origin: new URL(opening.origin).origin,
    frameName: `${location.host}|${secure}|${opening.sid}`,
    context: { ...opening.context, DOMAIN: location.host, PROTOCOL: secure },
  }
}
