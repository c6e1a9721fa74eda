// Joins the live line with the inbox: what is asked for again when it comes back, and who hears of changes.
import { readonly, ref } from 'vue'
import { api } from '@/api/methods'
import { ApiFault } from '@/api/http'
import { refreshOpenDialog } from '@/dialog/cache'
import { inbox } from '@/inbox/inbox'
import { session } from '@/session'
import { LiveSocket } from './socket'

/** How long a break lasts before it is worth telling. */
const QUIET_MS = 1_000

const disconnected = ref(false)
let notice: ReturnType<typeof setTimeout> | undefined
let socket: LiveSocket | null = null

/** True while changes are not heard. */
export const isDisconnected = readonly(disconnected)

export function startLive(): void {
  if (socket) return
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:'
  socket = new LiveSocket(`${scheme}//${location.host}/ui/live`, {
    connected() {
      tell(false)
      inbox.refresh()
      refreshOpenDialog()
    },
    lost() {
      tell(true)
      void leaveIfSignedOut()
    },
    changed({ chatId }) {
      inbox.refresh()
      refreshOpenDialog(chatId)
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
