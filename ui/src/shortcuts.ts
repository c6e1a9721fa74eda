// The keyboard shortcuts as one table, and the single listener that turns keys into actions.
import { onBeforeUnmount, onMounted } from 'vue'
import { texts } from './texts'

/** A key by its place on the keyboard, so that it works on every layout. */
export interface Chord {
  code: string
  shift?: boolean
  /** Another way to recognise the key: by the character that it writes. */
  writes?: string
  /** Only while the list, or nothing in particular, has the focus: elsewhere the key has a meaning already. */
  listOnly?: boolean
  label: string
}

export interface Shortcut {
  id: ShortcutId
  group: keyof typeof texts.shortcuts.groups
  chords: Chord[]
  /** Handled by the control that has the focus; listed here for the sheet. */
  native?: boolean
}

export type ShortcutId =
  | 'next' | 'previous' | 'open' | 'nextUnread' | 'tabMine' | 'tabWaiting' | 'tabAll'
  | 'reply' | 'take' | 'finish' | 'transfer' | 'note' | 'context' | 'back' | 'send' | 'newline' | 'editLast' | 'quick'
  | 'sheet'

const letter = (name: string): Chord => ({ code: `Key${name}`, label: name })
const digit = (name: string): Chord => ({ code: `Digit${name}`, label: name })

export const SHORTCUTS: readonly Shortcut[] = [
  { id: 'next', group: 'list', chords: [letter('J'), { code: 'ArrowDown', label: '↓', listOnly: true }] },
  { id: 'previous', group: 'list', chords: [letter('K'), { code: 'ArrowUp', label: '↑', listOnly: true }] },
  { id: 'open', group: 'list', chords: [{ code: 'Enter', label: 'Enter' }], native: true },
  { id: 'nextUnread', group: 'list', chords: [letter('N')] },
  { id: 'tabMine', group: 'list', chords: [digit('1')] },
  { id: 'tabWaiting', group: 'list', chords: [digit('2')] },
  { id: 'tabAll', group: 'list', chords: [digit('3')] },
  { id: 'reply', group: 'dialog', chords: [letter('R'), { code: 'Slash', label: '/' }] },
  { id: 'take', group: 'dialog', chords: [letter('T')] },
  { id: 'finish', group: 'dialog', chords: [letter('F')] },
  { id: 'transfer', group: 'dialog', chords: [letter('M')] },
  { id: 'note', group: 'dialog', chords: [letter('P')] },
  { id: 'context', group: 'dialog', chords: [letter('I')] },
  { id: 'back', group: 'dialog', chords: [{ code: 'Escape', label: 'Esc' }] },
  { id: 'send', group: 'dialog', chords: [{ code: 'Enter', label: 'Enter' }], native: true },
  { id: 'newline', group: 'dialog', chords: [{ code: 'Enter', shift: true, label: 'Shift+Enter' }], native: true },
  { id: 'editLast', group: 'dialog', chords: [{ code: 'ArrowUp', label: '↑' }], native: true },
  { id: 'quick', group: 'dialog', chords: [{ code: 'Slash', label: '/' }], native: true },
  { id: 'sheet', group: 'page', chords: [{ code: 'Slash', shift: true, writes: '?', label: '?' }] },
]

type Handlers = Partial<Record<ShortcutId, () => void>>
const registered: Handlers[] = []

/** Offers actions for shortcuts while the calling component is on the page; the latest comer goes first. */
export function useShortcuts(handlers: Handlers): void {
  onMounted(() => registered.unshift(handlers))
  onBeforeUnmount(() => registered.splice(registered.indexOf(handlers), 1))
}

/** The keys of a shortcut, for tooltips. */
export function keysOf(id: ShortcutId): string[] {
  return SHORTCUTS.find((shortcut) => shortcut.id === id)?.chords.map((chord) => chord.label) ?? []
}

const TYPING = 'input, textarea, select, [contenteditable=""], [contenteditable="true"]'
const IN_FRONT = '[role="dialog"], [role="alertdialog"], [role="menu"]'

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(TYPING) !== null
}

function inList(target: EventTarget | null): boolean {
  return target === document.body || (target instanceof Element && target.closest('[data-shortcuts="list"]') !== null)
}

function matches(chord: Chord, event: KeyboardEvent): boolean {
  if (chord.listOnly && !inList(event.target)) return false
  if (chord.writes && event.key === chord.writes) return true
  return event.code === chord.code && event.shiftKey === (chord.shift ?? false)
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
  if (isTyping(event.target) || document.querySelector(IN_FRONT)) return
  const meant = SHORTCUTS.filter(({ native, chords }) => !native && chords.some((chord) => matches(chord, event)))
  // A key known by its character beats one known by its place: on some layouts ? is typed elsewhere.
  meant.sort((one, other) => Number(writes(other, event)) - Number(writes(one, event)))
  for (const { id } of meant) {
    const handler = registered.find((handlers) => handlers[id])?.[id]
    if (!handler) continue
    event.preventDefault()
    return handler()
  }
}

const writes = ({ chords }: Shortcut, event: KeyboardEvent): boolean =>
  chords.some((chord) => chord.writes !== undefined && chord.writes === event.key)

document.addEventListener('keydown', onKeyDown)
