// Whether nobody has touched this page for a while.
import { readonly, ref } from 'vue'

const IDLE_AFTER_MS = 5 * 60_000
const SIGNS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart', 'scroll'] as const

const idle = ref(false)
let timer: ReturnType<typeof setTimeout> | undefined
let seen = Date.now()

export const isIdle = readonly(idle)

/** One timer sees to it, however many signs there are. */
function wait(): void {
  const left = seen + IDLE_AFTER_MS - Date.now()
  if (left > 0) timer = setTimeout(wait, left)
  else {
    idle.value = true
    timer = undefined
  }
}

function notice(): void {
  seen = Date.now()
  idle.value = false
  if (timer === undefined) wait()
}

for (const sign of SIGNS) window.addEventListener(sign, notice, { passive: true, capture: true })
wait()
