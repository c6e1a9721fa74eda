// One clock for the page: ticks every second while the page is visible and follows the server's time.
import { readonly, ref } from 'vue'

const ticking = ref(Date.now())
let ahead = 0

/** The server's time in milliseconds, refreshed every second. */
export const now = readonly(ticking)

/** Learns how far the server's clock is from ours; seconds since the epoch, as REST answers carry it. */
export function syncClock(serverSeconds: number | undefined): void {
  if (typeof serverSeconds === 'number' && Number.isFinite(serverSeconds)) ahead = serverSeconds * 1000 - Date.now()
}

function tick(): void {
  if (!document.hidden) ticking.value = Date.now() + ahead
}

setInterval(tick, 1000)
document.addEventListener('visibilitychange', tick)
