// What a click on a part of a message can do; the dialog provides it, each message narrows it to itself.
import type { InjectionKey } from 'vue'

export interface Deeds {
  /** Whether the person may write into the dialog. */
  canWrite: () => boolean
  /** What a customer wrote is never sent in the operator's name: it is put into the field. */
  trusted: () => boolean
  send: (text: string) => void
  put: (text: string) => void
  copy: (text: string) => void
  openApp: (app: number, params: string) => void
  /** Gives a bot a command of a message; tells whether it took it. */
  command: (bot: number, command: string, params: string, message?: number) => Promise<boolean>
}

export const DEEDS: InjectionKey<Deeds> = Symbol('deeds')
