// Own messages on their way to the server: shown at once, sent in order, with what became of each.
import { reactive } from 'vue'
import { faultText } from '@/api/http'
import { api } from '@/api/methods'
import type { Message } from '@/api/types'

export type EchoState = 'queued' | 'sending' | 'failed'

/** A message that the server has not shown to us yet. */
export interface Echo {
  key: string
  text: string
  private: boolean
  date: string
  state: EchoState
  reason: string | null
  /** The newest message that was known when this one was written. */
  after: number
}

let serial = 0

export class Outbox {
  readonly echoes: Echo[] = reactive([])
  private sending = false

  constructor(
    private readonly chatId: number,
    private readonly accepted: (id: number, echo: Echo) => void,
  ) {}

  add(text: string, asNote: boolean, after: number): void {
    const date = new Date().toISOString()
    this.echoes.push({ key: `echo-${++serial}`, text, private: asNote, date, state: 'queued', reason: null, after })
    void this.flush()
  }

  again(echo: Echo): void {
    Object.assign(echo, { state: 'queued', reason: null })
    void this.flush()
  }

  discard(echo: Echo): void {
    const at = this.echoes.findIndex((other) => other.key === echo.key)
    if (at >= 0) this.echoes.splice(at, 1)
  }

  /** Sends what is queued, one after the other; without a network it waits for one. */
  async flush(): Promise<void> {
    if (this.sending) return
    this.sending = true
    try {
      for (let echo = this.next(); echo; echo = this.next()) await this.post(echo)
    } finally {
      this.sending = false
    }
  }

  private next(): Echo | undefined {
    return navigator.onLine ? this.echoes.find((echo) => echo.state === 'queued') : undefined
  }

  private async post(echo: Echo): Promise<void> {
    echo.state = 'sending'
    try {
      const id = await (echo.private ? api.note(this.chatId, echo.text) : api.send(`chat${this.chatId}`, echo.text))
      this.accepted(Number(id), echo)
      this.discard(echo)
    } catch (thrown) {
      Object.assign(echo, { state: 'failed', reason: faultText(thrown) })
    }
  }
}

/**
 * The echoes that no message of the server stands for yet.
 *
 * A change may arrive before the answer to the request, or instead of it: then the own message of the same
 * text that is newer than what was known is the echo's own.
 */
export function unclaimed(echoes: readonly Echo[], messages: readonly Message[], me: number): Echo[] {
  if (!echoes.length) return []
  const own = messages.filter((message) => message.kind === 'operator' && message.author.id === me)
  const taken = new Set<number>()
  return echoes.filter((echo) => {
    const match = own.find((one) => one.id > echo.after && !taken.has(one.id) && one.text === echo.text)
    if (match) taken.add(match.id)
    return !match
  })
}
