// The messages between an application's page and ours, read and written; pure.

/** What an application's page asks for. */
export interface Command {
  method: string
  params: unknown
  /** Where the answer goes; empty when nobody waits for one. */
  callback: string
  sid: string
}

const MAX_LENGTH = 1_000_000
const NAME = /^[\w.-]{1,100}$/
const CALLBACK = /^[\w.-]{0,200}$/

/** Reads a message in any of its spellings; null for everything else. */
export function parse(data: unknown): Command | null {
  if (typeof data === 'string') return data.length <= MAX_LENGTH ? parseText(data) : null
  return typeof data === 'object' && data !== null ? parseObject(data as Record<string, unknown>) : null
}

/**
 * `command[:json]:callback:sid`. The JSON holds colons of its own, so the parts are cut off from both ends. Older
 * pages keep the place of a part that is empty, newer ones leave it out.
 */
function parseText(text: string): Command | null {
  const first = text.indexOf(':')
  const last = text.lastIndexOf(':')
  if (first < 1) return null
  const between = text.slice(first + 1, Math.max(first + 1, last))
  const cut = between.lastIndexOf(':')
  const json = between.slice(0, Math.max(0, cut))
  const [method, callback, sid] = [text.slice(0, first), between.slice(cut + 1), text.slice(last + 1)]
  if (!NAME.test(method) || !CALLBACK.test(callback)) return null
  try {
    return { method, params: json ? JSON.parse(json) : null, callback, sid }
  } catch {
    return null
  }
}

/** Commands with a colon in their name come as an object. */
function parseObject({ method, params, callback = '', appSid }: Record<string, unknown>): Command | null {
  if (typeof method !== 'string' || typeof callback !== 'string' || typeof appSid !== 'string') return null
  if (!method || !CALLBACK.test(callback)) return null
  return { method, params: params === undefined || params === '' ? null : params, callback, sid: appSid }
}

/** Writes the answer to a command. */
export const answerText = (callback: string, payload?: unknown): string =>
  `${callback}:${payload === undefined ? '' : JSON.stringify(payload)}`
