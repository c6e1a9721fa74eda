// All open lines, as administrators see them.
import { readonly, shallowReactive } from 'vue'
import { faultText } from '@/api/http'
import { api } from '@/api/methods'
import type { ListedLine } from '@/api/types'
import { session } from '@/session'
import { lines as words } from './texts'

const PAGE = 200

const state = shallowReactive({ data: null as ListedLine[] | null, fault: null as string | null, denied: false })

async function fetchAll(): Promise<ListedLine[]> {
  const found: ListedLine[] = []
  for (;;) {
    const page = await api.lines(PAGE, found.length)
    found.push(...page)
    if (page.length < PAGE) return found
  }
}

export const catalogue = {
  state: readonly(state),

  async load(): Promise<void> {
    state.denied = !session.isAdmin
    if (state.denied) {
      state.fault = words.denied
      return
    }
    try {
      state.data = await fetchAll()
      state.fault = null
    } catch (thrown) {
      state.fault = faultText(thrown)
    }
  },

  /** Makes a line with the person at the page in its queue; returns its id. */
  add: (name: string): Promise<number> => api.addLine({ LINE_NAME: name, QUEUE: [session.userId] }),
}
