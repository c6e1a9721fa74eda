// What applications have put into the portal for this person: their own pages, and pages at places of ours.
import { computed, readonly, shallowReactive } from 'vue'
import { faultText } from '@/api/http'
import { api } from '@/api/methods'
import type { Application, Placement } from '@/api/types'

interface State {
  applications: readonly Application[]
  placements: readonly Placement[]
  fault: string | null
}

const state: State = shallowReactive({ applications: [], placements: [], fault: null })
let asked = 0

export const places = {
  state: readonly(state) as Readonly<State>,

  /** Keeps what was known when the server cannot be asked. */
  async load(): Promise<void> {
    const mine = ++asked
    try {
      const [applications, placements] = await Promise.all([api.applications(), api.placements()])
      if (mine === asked) Object.assign(state, { applications, placements, fault: null })
    } catch (thrown) {
      if (mine === asked) state.fault = faultText(thrown)
    }
  },

  clear(): void {
    asked += 1
    Object.assign(state, { applications: [], placements: [], fault: null })
  },
}

const at = (...codes: string[]) => computed(() => state.placements.filter(({ code }) => codes.includes(code)))
const inDialogs = (code: string) => {
  const bound = at(code)
  return computed(() => bound.value.filter(isForLines))
}

/** Every dialog here is one of an open line. */
function isForLines({ options }: Placement): boolean {
  const contexts = String(options.context ?? 'ALL').split(';')
  return contexts.includes('ALL') || contexts.includes('LINES')
}

export const menuPages = at('LEFT_MENU', 'IM_NAVIGATION')
export const tiles = at('CONTACT_CENTER')
export const composerPages = inDialogs('IM_TEXTAREA')
export const sidebarPages = inDialogs('IM_SIDEBAR')
export const messagePages = inDialogs('IM_CONTEXT_MENU')
