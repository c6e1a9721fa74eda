// The dialogs looked at lately, so that returning to one shows it at once, and which of them is open.
import { Conversation } from './conversation'

const MOST = 30
const conversations = new Map<number, Conversation>()
let open: Conversation | null = null

/** Opens a dialog: from memory if it was looked at lately, and brought up to date either way. */
export function openConversation(chatId: number): Conversation {
  const conversation = conversations.get(chatId) ?? new Conversation(chatId)
  conversations.delete(chatId)
  conversations.set(chatId, conversation)
  forgetOldest()
  open = conversation
  conversation.refresh()
  return conversation
}

export function closeConversation(): void {
  open = null
}

/** Brings the open dialog up to date, if it is the one meant. */
export function refreshOpenDialog(chatId?: number): void {
  if (open && (chatId === undefined || chatId === open.chatId)) open.refresh()
}

export function forgetConversations(): void {
  conversations.clear()
  open = null
}

/** What still has messages on their way stays. */
function forgetOldest(): void {
  for (const [chatId, { outbox }] of conversations) {
    if (conversations.size <= MOST) return
    if (!outbox.echoes.length) conversations.delete(chatId)
  }
}

window.addEventListener('online', () => {
  for (const { outbox } of conversations.values()) void outbox.flush()
})
