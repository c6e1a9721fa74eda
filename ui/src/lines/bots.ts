// The bots that may speak in open lines, for the settings that name one.
import { ref, shallowRef } from 'vue'
import { faultText } from '@/api/http'
import { api } from '@/api/methods'
import type { Bot } from '@/api/types'

export const bots = shallowRef<readonly Bot[] | null>(null)
export const botsFault = ref('')
let asking: Promise<void> | null = null

async function ask(): Promise<void> {
  try {
    bots.value = await api.bots()
    botsFault.value = ''
  } catch (thrown) {
    botsFault.value = faultText(thrown)
  } finally {
    asking = null
  }
}

/** Lists them anew, once for all fields that ask at the same time. */
export const listBots = (): Promise<void> => (asking ??= ask())
