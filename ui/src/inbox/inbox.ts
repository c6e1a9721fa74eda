// The list of dialogs: the chosen tab, its rows and counters, and when they are asked for again.
import { computed, reactive, readonly, shallowRef } from 'vue'
import { faultText } from '@/api/http'
import { api } from '@/api/methods'
import type { Counters, Dialog, Tab } from '@/api/types'
import { paced } from '@/lib/pace'
import { store, stored } from '@/lib/stored'

export const TABS: readonly Tab[] = ['mine', 'waiting', 'all', 'closed']

const PAGE = 50
const MOST_AT_ONCE = 200
const REFRESH_SPACING_MS = 250
const TAB_KEY = 'tieline.tab'

const state = reactive({
  tab: TABS.find((tab) => tab === stored(TAB_KEY)) ?? ('mine' as Tab),
  counters: null as Counters | null,
  hasMore: false,
  /** Rows of this tab have been shown at least once. */
  loaded: false,
  loadingMore: false,
  fault: null as string | null,
})
const rows = shallowRef<readonly Dialog[]>([])

/** All rows of a tab, in requests of as many as the server gives. */
async function fetchRows(tab: Tab, count: number): Promise<{ items: Dialog[]; hasMore: boolean; counters: Counters }> {
  const items: Dialog[] = []
  for (;;) {
    const limit = Math.min(MOST_AT_ONCE, Math.max(PAGE, count - items.length))
    const page = await api.dialogs(tab, limit, items.length)
    items.push(...page.items)
    if (!page.hasMore || items.length >= count || !page.items.length) return { ...page, items: unique(items) }
  }
}

/** Rows move between two requests, so one may arrive twice. */
const unique = (items: Dialog[]): Dialog[] => [...new Map(items.map((item) => [item.chatId, item])).values()]

const refresh = paced(async () => {
  const tab = state.tab
  try {
    const page = await fetchRows(tab, rows.value.length)
    if (tab !== state.tab) return
    rows.value = page.items
    state.counters = page.counters
    state.hasMore = page.hasMore
    state.loaded = true
    state.fault = null
  } catch (thrown) {
    state.fault = faultText(thrown)
  }
}, REFRESH_SPACING_MS)

export const inbox = {
  state: readonly(state),
  rows: readonly(rows),
  unread: computed(() => rows.value.reduce((sum, row) => sum + row.unread, 0)),

  /** Asks for the list again soon; calls in a burst become one request. */
  refresh,

  select(tab: Tab): void {
    if (tab === state.tab) return
    state.tab = tab
    store(TAB_KEY, tab)
    rows.value = []
    Object.assign(state, { loaded: false, hasMore: false, fault: null })
    refresh()
  },

  async loadMore(): Promise<void> {
    if (state.loadingMore || !state.hasMore) return
    const tab = state.tab
    state.loadingMore = true
    try {
      const page = await api.dialogs(tab, PAGE, rows.value.length)
      if (tab !== state.tab) return
      rows.value = unique([...rows.value, ...page.items])
      state.hasMore = page.hasMore
    } catch (thrown) {
      state.fault = faultText(thrown)
    } finally {
      state.loadingMore = false
    }
  },

  /** Shows a dialog as read before the server has said so. */
  markRead(chatId: number): void {
    rows.value = rows.value.map((row) => (row.chatId === chatId && row.unread ? { ...row, unread: 0 } : row))
  },

  find: (chatId: number): Dialog | undefined => rows.value.find((row) => row.chatId === chatId),

  /** Forgets everything: somebody else may sign in next. */
  clear(): void {
    rows.value = []
    Object.assign(state, { counters: null, hasMore: false, loaded: false, fault: null })
  },
}
