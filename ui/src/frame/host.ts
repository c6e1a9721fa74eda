// The one listener for messages of all open frames: who sent it, is it one of ours, and whose turn it is.
import { answerText, parse } from './protocol'

/** Answers a command; may be called again for what an application subscribed to. */
export type Answer = (payload?: unknown) => void

/** An open frame, as far as messages are concerned. */
export interface Attached {
  sid: string
  /** The only origin whose messages count, and the only one that gets answers. */
  origin: string
  window: () => Window | null | undefined
  run: (method: string, params: unknown, answer: Answer) => void
}

const frames = new Set<Attached>()

/** Lets a frame be heard; returns how to stop that. */
export function attach(frame: Attached): () => void {
  frames.add(frame)
  return () => void frames.delete(frame)
}

/** Messages of other windows, origins and renderings are passed over in silence: anybody may send them. */
function onMessage(event: MessageEvent<unknown>): void {
  const frame = [...frames].find(({ window }) => event.source !== null && window() === event.source)
  if (!frame || event.origin !== frame.origin) return
  const command = parse(event.data)
  if (!command || command.sid !== frame.sid) return
  frame.run(command.method, command.params, (payload) => {
    if (command.callback) frame.window()?.postMessage(answerText(command.callback, payload), frame.origin)
  })
}

window.addEventListener('message', onMessage)
