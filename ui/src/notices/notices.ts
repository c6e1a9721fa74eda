// What the person should know of: the newest notices, and how many are unread.
import { readonly, shallowReactive } from 'vue'
import { faultText } from '@/api/http'
import { api } from '@/api/methods'
import type { Notice, NoticeReaction } from '@/api/types'
import { paced } from '@/lib/pace'

const PAGE = 50
const MOST = 200
const SPACING_MS = 250

const state = shallowReactive({
  items: null as readonly Notice[] | null,
  unread: 0,
  hasMore: false,
  loadingMore: false,
  fault: null as string | null,
})
/** Of what was read while the list was open it still shows that it is new. */
let fresh = new Set<number>()

const refresh = paced(async () => {
  try {
    const page = await api.notices(PAGE)
    Object.assign(state, { items: page.items, unread: page.unread, hasMore: page.items.length === PAGE, fault: null })
  } catch (thrown) {
    state.fault = faultText(thrown)
  }
}, SPACING_MS)

/** The list is asked for again, since it tells what came of it. */
async function react(asked: Promise<NoticeReaction>): Promise<boolean> {
  const { result_message: outcome } = await asked
  try {
    const page = await api.notices(Math.max(PAGE, Math.min(state.items?.length ?? 0, MOST)))
    Object.assign(state, { items: page.items, unread: page.unread })
  } catch (thrown) {
    state.fault = faultText(thrown)
  }
  return outcome !== false
}

export const notices = {
  state: readonly(state),

  /** Asks again soon; calls in a burst become one request. */
  refresh,

  isNew: (notice: Notice): boolean => !notice.read || fresh.has(notice.id),

  /** Notes that the person sees the list now. */
  async see(): Promise<void> {
    const unread = (state.items ?? []).filter(({ read }) => !read)
    const newest = unread[0]
    if (!newest) return
    for (const { id } of unread) fresh.add(id)
    try {
      state.unread = await api.readNotices(newest.id)
      state.items = (state.items ?? []).map((notice) => (notice.id <= newest.id ? { ...notice, read: true } : notice))
    } catch (thrown) {
      state.fault = faultText(thrown)
    }
  },

  /** Chooses a button; false where there is nothing to choose any more. */
  choose: (id: number, value: string): Promise<boolean> => react(api.chooseInNotice(id, value)),

  /** Sends a text back; false where none is expected. */
  answer: (id: number, text: string): Promise<boolean> => react(api.answerNotice(id, text)),

  leave: (): void => void (fresh = new Set()),

  async loadMore(): Promise<void> {
    const last = state.items?.at(-1)
    if (!last || state.loadingMore) return
    state.loadingMore = true
    try {
      const page = await api.notices(PAGE, last.id)
      Object.assign(state, { items: [...(state.items ?? []), ...page.items], hasMore: page.items.length === PAGE })
    } catch (thrown) {
      state.fault = faultText(thrown)
    } finally {
      state.loadingMore = false
    }
  },

  /** Forgets everything: somebody else may sign in next. */
  clear: (): void => void Object.assign(state, { items: null, unread: 0, hasMore: false, fault: null }),
}
