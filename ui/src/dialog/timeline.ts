// The order in which a dialog is shown: days, then messages, what is on its way at the end.
import type { Message, MessageFile, MessageKind, MessageParams } from '@/api/types'
import { dayKey, dayTitle } from '@/lib/time'
import { texts } from '@/texts'
import type { Echo, EchoState } from './outbox'

export type ShownState = NonNullable<Message['state']> | EchoState

/** A message as it is drawn, whether the server knows it already or not. */
export interface ShownMessage {
  key: string
  id: number | null
  kind: MessageKind
  own: boolean
  author: string
  text: string
  date: string
  edited: boolean
  deleted: boolean
  private: boolean
  files: readonly MessageFile[]
  params: MessageParams
  state: ShownState | null
  reason: string | null
  source: Message | Echo
}

export type Author = Message['author']

export type Entry =
  | { is: 'day'; key: string; title: string }
  | { is: 'message'; key: string; message: ShownMessage; heads: boolean }

/** Messages of one author within this time stand together under one name. */
const TOGETHER_MS = 5 * 60_000

export function timeline(messages: readonly Message[], echoes: readonly Echo[], me: Author, at: number): Entry[] {
  const entries: Entry[] = []
  let previous: ShownMessage | null = null
  for (const message of [...messages.map((one) => shown(one, me.id)), ...echoes.map((one) => shownEcho(one, me))]) {
    const newDay = !previous || dayKey(previous.date) !== dayKey(message.date)
    if (newDay) entries.push({ is: 'day', key: `day-${dayKey(message.date)}`, title: dayTitle(message.date, at) })
    entries.push({ is: 'message', key: message.key, message, heads: newDay || !together(previous, message) })
    previous = message
  }
  return entries
}

function together(before: ShownMessage | null, after: ShownMessage): boolean {
  return (
    before?.kind === after.kind &&
    before.author === after.author &&
    before.own === after.own &&
    Date.parse(after.date) - Date.parse(before.date) < TOGETHER_MS
  )
}

function shown(message: Message, me: number): ShownMessage {
  const { id, kind, author, text, date, edited, deleted, private: isNote, files, params } = message
  return {
    key: `message-${id}`,
    id,
    kind,
    own: kind === 'operator' && author.id === me,
    author: author.name || texts.message[kind],
    text,
    date,
    edited,
    deleted,
    private: isNote,
    files,
    params: params ?? {},
    // What the server has accepted counts as sent until the channel says more.
    state: (kind === 'operator' || kind === 'bot') && !isNote ? (message.state ?? 'sent') : null,
    reason: message.stateReason,
    source: message,
  }
}

function shownEcho(echo: Echo, me: Author): ShownMessage {
  const { key, text, private: isNote, date, state, reason } = echo
  const none = { edited: false, deleted: false, files: [], params: {} }
  return { key, id: null, kind: 'operator', own: true, author: me.name, text, private: isNote, date, state, reason, source: echo, ...none }
}
