// One dialog as the page knows it: its messages, what is on its way, and every action on it.
import { computed, reactive, shallowReactive, shallowRef } from 'vue'
import { faultText } from '@/api/http'
import { api } from '@/api/methods'
import type { DialogDetails, Message, MessagePage } from '@/api/types'
import { likesOf } from '@/content/model'
import { inbox } from '@/inbox/inbox'
import { paced } from '@/lib/pace'
import { session } from '@/session'
import { type Echo, Outbox, unclaimed } from './outbox'

const PAGE = 50

export type Action = 'take' | 'finish' | 'join' | 'intercept' | 'skip' | 'spam' | 'pin' | 'unpin' | 'silence' | 'unsilence'
/** What is done with these may be out of sight afterwards. */
const LEAVING: ReadonlySet<string> = new Set(['transfer', 'skip', 'spam'])

export class Conversation {
  readonly messages = shallowRef<readonly Message[]>([])
  readonly details = shallowRef<DialogDetails | null>(null)
  readonly state = shallowReactive({
    fault: null as string | null,
    hasOlder: false,
    loadingOlder: false,
    olderFault: null as string | null,
    /** What went wrong with the last action, and which one is under way. */
    actionFault: null as string | null,
    acting: null as Action | 'transfer' | null,
  })
  readonly outbox: Outbox
  /** Messages that the channel refused and that were sent again from here. */
  readonly resent = reactive(new Set<number>())
  readonly pending = computed(() => unclaimed(this.outbox.echoes, this.messages.value, session.userId))
  readonly newestId = computed(() => this.messages.value.at(-1)?.id ?? 0)
  /** The customer has the last word. */
  readonly unanswered = computed(() => {
    const details = this.details.value
    return details !== null && (details.waitingSince !== null || details.session?.status === 'new')
  })

  /** Brings the dialog up to date: the latest page at first, later only what changed. */
  readonly refresh: () => void
  private readTo = 0

  constructor(readonly chatId: number) {
    this.outbox = new Outbox(chatId, (id, echo) => this.accept(id, echo))
    this.refresh = paced(() => this.update())
  }

  /** Sends a message; one that is written as a note stays one, whatever becomes of the mode meanwhile. */
  send(text: string, asNote = this.details.value?.silent ?? false): void {
    this.outbox.add(text, asNote, this.newestId.value)
  }

  /** Sends a failed echo again, unless it turns out to have arrived after all. */
  async retry(echo: Echo): Promise<void> {
    await this.update()
    if (this.pending.value.some((one) => one.key === echo.key)) this.outbox.again(echo)
    else this.outbox.discard(echo)
  }

  /** Sends a message again that the channel refused; the refused one stays, as a record. */
  resend(message: Message): void {
    this.resent.add(message.id)
    this.send(message.text, message.private)
  }

  async edit(message: Message, text: string): Promise<void> {
    const undo = this.patch(message.id, { text, edited: true })
    await this.attempt(() => api.edit(message.id, text), undo)
    this.refresh()
  }

  async remove(message: Message): Promise<void> {
    const undo = this.patch(message.id, { deleted: true })
    await this.attempt(() => api.remove(message.id), undo)
    this.refresh()
  }

  /** Keeps what a message says as a quick answer; tells whether that worked. */
  async keepAnswer(message: Message): Promise<boolean> {
    await this.attempt(() => api.keepAnswer(this.chatId, message.id))
    return this.state.actionFault === null
  }

  /** Likes a message, or no longer. */
  async like(message: Message, on: boolean): Promise<void> {
    const others = likesOf(message.params).filter((id) => id !== session.userId)
    const undo = this.patch(message.id, { params: { ...message.params, LIKE: on ? [...others, session.userId] : others } })
    await this.attempt(() => api.like(message.id, on), undo)
    this.refresh()
  }

  /** Gives a bot a command of one of its messages; tells whether it took it. */
  async command(messageId: number, bot: number, command: string, params: string): Promise<boolean> {
    await this.attempt(() => api.command(messageId, bot, command, params))
    this.refresh()
    return this.state.actionFault === null
  }

  act(action: Action): Promise<boolean> {
    return this.perform(action, () => api[action](this.chatId))
  }

  /** Hands the dialog to a person, by id, or to the queue of a line: `queue` and its id. */
  transfer(target: string): Promise<boolean> {
    return this.perform('transfer', () => api.transfer(this.chatId, target))
  }

  /** Does one thing at a time; tells whether it was done. */
  private async perform(action: Action | 'transfer', work: () => Promise<unknown>): Promise<boolean> {
    if (this.state.acting) return false
    this.state.acting = action
    try {
      await this.attempt(work)
      const done = this.state.actionFault === null
      if (!done || !LEAVING.has(action)) await this.update()
      inbox.refresh()
      return done
    } finally {
      this.state.acting = null
    }
  }

  /** Tells the server that everything up to the newest message was seen. */
  async markRead(): Promise<void> {
    const newest = this.newestId.value
    const details = this.details.value
    // Asked once per newest message: a server that keeps its count must not be asked for ever.
    if (!details?.unread || newest <= this.readTo) return
    this.readTo = newest
    this.details.value = { ...details, unread: 0 }
    inbox.markRead(this.chatId)
    try {
      await api.read(details.dialogId, newest)
    } catch {
      this.readTo = 0 // The next message, or the next look, tries again.
    }
  }

  async loadOlder(): Promise<void> {
    const oldest = this.messages.value[0]
    if (!oldest || this.state.loadingOlder || !this.state.hasOlder) return
    Object.assign(this.state, { loadingOlder: true, olderFault: null })
    try {
      const page = await api.before(this.chatId, oldest.id, PAGE)
      this.messages.value = [...page.messages.filter((message) => message.id < oldest.id), ...this.messages.value]
      this.state.hasOlder = page.hasMore && page.messages.length > 0
    } catch (thrown) {
      this.state.olderFault = faultText(thrown)
    } finally {
      this.state.loadingOlder = false
    }
  }

  private async update(): Promise<void> {
    try {
      if (this.details.value) await this.catchUp()
      else await this.loadLatest()
      this.state.fault = null
    } catch (thrown) {
      this.state.fault = faultText(thrown)
    }
  }

  private async loadLatest(): Promise<void> {
    const page = await api.latest(this.chatId, PAGE)
    this.messages.value = page.messages
    this.state.hasOlder = page.hasMore
    this.details.value = page.dialog
  }

  private async catchUp(): Promise<void> {
    let since = this.details.value?.sequence ?? 0
    for (;;) {
      const page = await api.changesSince(this.chatId, since, PAGE)
      this.merge(page.messages)
      const reached = lastSequence(page)
      if (!page.hasMore || reached <= since) return this.describe(page.dialog)
      since = reached
    }
  }

  /** Two answers may overtake each other: the newer one stays. */
  private describe(details: DialogDetails): void {
    if (details.sequence >= (this.details.value?.sequence ?? 0)) this.details.value = details
  }

  /** Puts changed messages in their place; changes to what lies above the loaded part are left for later. */
  private merge(changed: readonly Message[]): void {
    if (!changed.length) return
    const oldest = this.state.hasOlder ? (this.messages.value[0]?.id ?? 0) : 0
    const byId = new Map(this.messages.value.map((message) => [message.id, message]))
    for (const message of changed) if (message.id >= oldest) byId.set(message.id, message)
    this.messages.value = [...byId.values()].sort((one, other) => one.id - other.id)
  }

  /** The server has taken an own message: it stands in the dialog until its full form arrives. */
  private accept(id: number, echo: Echo): void {
    const known = this.messages.value.some((message) => message.id === id)
    if (!known && id > 0) this.merge([ownMessage(id, echo)])
    this.refresh()
    inbox.refresh()
  }

  private patch(id: number, change: Partial<Message>): () => void {
    const before = this.messages.value.find((message) => message.id === id)
    if (!before) return () => {}
    this.merge([{ ...before, ...change }])
    return () => this.merge([before])
  }

  private async attempt(work: () => Promise<unknown>, undo: () => void = () => {}): Promise<void> {
    this.state.actionFault = null
    try {
      await work()
    } catch (thrown) {
      undo()
      this.state.actionFault = faultText(thrown)
    }
  }
}

const lastSequence = (page: MessagePage): number => Math.max(0, ...page.messages.map((message) => message.sequence))

function ownMessage(id: number, echo: Echo): Message {
  const name = session.identity.value?.user.name ?? ''
  return {
    id,
    kind: 'operator',
    author: { id: session.userId, name },
    text: echo.text,
    date: echo.date,
    edited: false,
    deleted: false,
    private: echo.private,
    sequence: 0,
    files: [],
    params: {},
    state: echo.private ? null : 'sent',
    stateReason: null,
  }
}
