// What was typed and not sent, kept per person and dialog in this browser.
import { store, stored } from '@/lib/stored'
import { session } from '@/session'

const keyOf = (chatId: number): string => `tieline.draft.${session.userId}.${chatId}`

export const draftOf = (chatId: number): string => stored(keyOf(chatId)) ?? ''

/** Keeps a draft; blank text removes it. */
export const keepDraft = (chatId: number, text: string): void => store(keyOf(chatId), text.trim() ? text : null)
