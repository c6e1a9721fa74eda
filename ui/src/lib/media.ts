// Media queries as refs, for the few places where the layout differs in structure and not only in style.
import { ref, type Ref } from 'vue'

function media(query: string): Readonly<Ref<boolean>> {
  const list = matchMedia(query)
  const matches = ref(list.matches)
  list.addEventListener('change', (event) => (matches.value = event.matches))
  return matches
}

/** The page stands in a slider of the portal's page. */
export const isFramed = window.parent !== window

/** List and dialog fit side by side. */
export const isWide = media('(min-width: 48rem)')

/** A third column fits, too. */
export const hasThirdColumn = media('(min-width: 75rem)')
