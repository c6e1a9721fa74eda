// Whether somebody looks at the page: it is visible and has the focus.
import { readonly, ref } from 'vue'

const looking = ref(isLooking())

export const attentive = readonly(looking)

function isLooking(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus()
}

function look(): void {
  looking.value = isLooking()
}

window.addEventListener('focus', look)
window.addEventListener('blur', look)
document.addEventListener('visibilitychange', look)
