// The line on which the server tells of changes: a WebSocket that comes back by itself.

export interface DialogChanged {
  type: 'dialog'
  chatId: number
  sequence: number
}

export interface WritingBegun {
  type: 'writing'
  chatId: number
  userId: number
  name: string
}

export interface LiveEvents {
  /** The line stands: whatever happened before was not heard and has to be asked for. */
  connected(): void
  /** The line broke, or could not be made. */
  lost(): void
  changed(frame: DialogChanged): void
  writing(frame: WritingBegun): void
  /** There is news of another kind, which has to be asked for. */
  news(kind: News): void
}

export type News = 'notice' | 'presence'

const FIRST_DELAY_MS = 500
const LAST_DELAY_MS = 10_000
/** The server speaks every 20 seconds; after this long a silence the line is dead. */
const SILENCE_MS = 45_000

export class LiveSocket {
  private socket: WebSocket | null = null
  private attempts = 0
  private retry: ReturnType<typeof setTimeout> | undefined
  private silence: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly url: string,
    private readonly events: LiveEvents,
  ) {}

  start(): void {
    window.addEventListener('online', this.hurry)
    window.addEventListener('offline', this.drop)
    document.addEventListener('visibilitychange', this.hurry)
    this.open()
  }

  stop(): void {
    window.removeEventListener('online', this.hurry)
    window.removeEventListener('offline', this.drop)
    document.removeEventListener('visibilitychange', this.hurry)
    clearTimeout(this.retry)
    this.release()
  }

  /** Tries again now, unless the line stands or is being made. */
  private readonly hurry = (): void => {
    if (document.hidden || this.socket) return
    this.attempts = 0
    this.open()
  }

  private readonly drop = (): void => {
    if (this.socket) this.broken(this.socket)
  }

  private open(): void {
    clearTimeout(this.retry)
    const socket = new WebSocket(this.url)
    this.socket = socket
    this.listen()
    socket.onmessage = (event) => this.hear(socket, event.data)
    socket.onclose = () => this.broken(socket)
  }

  private hear(socket: WebSocket, data: unknown): void {
    if (socket !== this.socket) return
    this.listen()
    const frame = decode(data)
    if (frame?.type === 'hello') {
      this.attempts = 0
      this.events.connected()
    } else if (frame?.type === 'dialog') {
      this.events.changed(frame)
    } else if (frame?.type === 'writing') {
      this.events.writing(frame)
    } else if (frame?.type === 'notice' || frame?.type === 'presence') {
      this.events.news(frame.type)
    }
  }

  /** Tells the server something, if the line stands. */
  say(frame: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame))
  }

  private listen(): void {
    clearTimeout(this.silence)
    this.silence = setTimeout(this.drop, SILENCE_MS)
  }

  private broken(socket: WebSocket): void {
    if (socket !== this.socket) return
    this.release()
    this.retry = setTimeout(() => this.open(), this.nextDelay())
    this.events.lost()
  }

  private release(): void {
    clearTimeout(this.silence)
    const socket = this.socket
    this.socket = null
    socket?.close()
  }

  /** Doubles with each attempt and is jittered by half, so that many pages do not return together. */
  private nextDelay(): number {
    const ceiling = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.attempts++)
    return Math.max(FIRST_DELAY_MS, ceiling * (0.5 + Math.random() / 2))
  }
}

type Frame = { type: 'hello' } | { type: 'ping' } | { type: News } | DialogChanged | WritingBegun

function decode(data: unknown): Frame | null {
  try {
    return JSON.parse(String(data)) as Frame
  } catch {
    return null
  }
}
