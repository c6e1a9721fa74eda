// How each state of presence looks: an icon of its own shape beside the word, and a colour.
import type { FunctionalComponent } from 'vue'
import type { PresenceState } from '@/api/types'
import { AwayIcon, OffWorkIcon, OnlineIcon } from '@/icons'

export const PRESENCE_LOOKS: Record<PresenceState, { icon: FunctionalComponent; colour: string }> = {
  online: { icon: OnlineIcon, colour: 'text-good' },
  away: { icon: AwayIcon, colour: 'text-warn' },
  absent: { icon: OffWorkIcon, colour: 'text-faint' },
}
