// Whether the person at this page is there for customers, and what the person said about it.
import { readonly, shallowReactive } from 'vue'
import { faultText } from '@/api/http'
import { api } from '@/api/methods'
import type { Attendance, PresenceChoice } from '@/api/types'
import { paced } from '@/lib/pace'

const SPACING_MS = 250

const state = shallowReactive({ data: null as Attendance | null, fault: null as string | null })

const refresh = paced(async () => {
  try {
    state.data = await api.presence()
  } catch {
    // The connection's banner says what is the matter.
  }
}, SPACING_MS)

export const presence = {
  state: readonly(state),

  /** Asks again soon; calls in a burst become one request. */
  refresh,

  async choose(choice: PresenceChoice): Promise<void> {
    state.fault = null
    try {
      state.data = await api.choosePresence(choice)
    } catch (thrown) {
      state.fault = faultText(thrown)
    }
  },

  /** Forgets everything: somebody else may sign in next. */
  clear: () => void Object.assign(state, { data: null, fault: null }),
}
