// Joins the live line with the inbox: what is asked for again when it comes back, and who hears of changes.
import { readonly, ref, watch } from 'vue'
import { api } from '@/api/methods'
import { ApiFault } from '@/api/http'
import { refreshOpenDialog } from '@/dialog/cache'
import { inbox } from '@/inbox/inbox'
import { notices } from '@/notices/notices'
import { isIdle } from '@/presence/idle'
import { presence } from '@/presence/presence'
import { session } from '@/session'
import { LiveSocket, type WritingBegun } from './socket'

/** How long a break lasts before it is worth telling. */
const QUIET_MS = 1_000

const disconnected = ref(false)
let notice: ReturnType<typeof setTimeout> | undefined
let socket: LiveSocket | null = null
const listeners = new Set<(chatId: number) => void>()
const readers = new Set<(frame: WritingBegun) => void>()

/** True while changes are not heard. */
export const isDisconnected = readonly(disconnected)

export function startLive(): void {
  if (socket) return
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:'
  socket = new LiveSocket(`${scheme}//${location.host}/ui/live`, {
    connected() {
      tell(false)
      // The server takes a new page for one that is in use.
      if (isIdle.value) sayIdle(true)
      inbox.refresh()
      refreshOpenDialog()
      notices.refresh()
      presence.refresh()
    },
    lost() {
      tell(true)
      void leaveIfSignedOut()
    },
    changed({ chatId }) {
      inbox.refresh()
      refreshOpenDialog(chatId)
      for (const listener of listeners) listener(chatId)
    },
    writing(frame) {
      for (const reader of readers) reader(frame)
    },
    news(kind) {
      if (kind === 'notice') notices.refresh()
      else presence.refresh()
    },
  })
  tell(true)
  socket.start()
}

export function stopLive(): void {
  socket?.stop()
  socket = null
  tell(false)
}

watch(isIdle, (idle) => sayIdle(idle))

const sayIdle = (idle: boolean): void => socket?.say({ idle })

/** Hears which dialogs change; returns what ends that. */
export function onDialogChanged(listener: (chatId: number) => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Hears who writes into which dialog; returns what ends that. */
export function onWriting(reader: (frame: WritingBegun) => void): () => void {
  readers.add(reader)
  return () => void readers.delete(reader)
}

function tell(broken: boolean): void {
  if (!broken) {
    clearTimeout(notice)
    notice = undefined
    disconnected.value = false
  } else if (!disconnected.value && notice === undefined) {
    notice = setTimeout(() => (disconnected.value = true), QUIET_MS)
  }
}

/** A browser does not say why a socket was refused; an ended session is one reason. */
async function leaveIfSignedOut(): Promise<void> {
  try {
    await api.me()
  } catch (thrown) {
    if (thrown instanceof ApiFault && thrown.status === 401) session.expire()
  }
}
