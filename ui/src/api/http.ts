// The way to the server: JSON over same-origin POST with the session cookie, and one kind of error for everything.
import { syncClock } from '@/lib/clock'
import { texts } from '@/texts'

const TIMEOUT_MS = 20_000

/** A refusal or a failure, with the server's code (or NETWORK, TIMEOUT, BAD_ANSWER) and a sentence for people. */
export class ApiFault extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 0,
  ) {
    super(message)
    this.name = 'ApiFault'
  }

  /** The request may or may not have reached the server. */
  get unanswered(): boolean {
    return this.status === 0
  }
}

/** The sentence to show for whatever was thrown. */
export function faultText(thrown: unknown): string {
  return thrown instanceof ApiFault ? thrown.message : texts.errors.unexpected
}

type Listener = () => void
let signedOut: Listener = () => {}

/** Registers what happens when the server no longer knows the session. */
export function onSignedOut(listener: Listener): void {
  signedOut = listener
}

/** Sends one request below /ui and returns the decoded answer; throws ApiFault. */
export async function request<T>(path: string, init: { method: 'GET' | 'POST'; body?: unknown }): Promise<T> {
  const response = await reach(path, init)
  const answer = await decode(response)
  if (response.ok) return answer as T
  const { error = `HTTP_${response.status}`, error_description: description } = (answer ?? {}) as Refusal
  throw new ApiFault(error, description || texts.errors.status(response.status), response.status)
}

/** Calls one method of the portal's REST interface. */
export async function call<T>(method: string, params: Record<string, unknown> = {}): Promise<T> {
  try {
    const answer = await request<Answer<T>>(`/ui/rest/${method}`, { method: 'POST', body: params })
    syncClock(answer.time?.finish)
    return answer.result
  } catch (thrown) {
    if (thrown instanceof ApiFault && thrown.status === 401) signedOut()
    throw thrown
  }
}

interface Answer<T> {
  result: T
  time?: { finish?: number }
}

interface Refusal {
  error?: string
  error_description?: string
}

async function reach(path: string, init: { method: string; body?: unknown }): Promise<Response> {
  try {
    return await fetch(path, {
      method: init.method,
      credentials: 'same-origin',
      headers: { Accept: 'application/json', ...(init.body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      body: init.body === undefined ? undefined : JSON.stringify(init.body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
  } catch (thrown) {
    const late = thrown instanceof DOMException && thrown.name === 'TimeoutError'
    throw late ? new ApiFault('TIMEOUT', texts.errors.timeout) : new ApiFault('NETWORK', texts.errors.network)
  }
}

async function decode(response: Response): Promise<unknown> {
  const text = await response.text().catch(() => '')
  if (!text) return null
  try {
    return JSON.parse(text)
  } catch {
    if (response.ok) throw new ApiFault('BAD_ANSWER', texts.errors.badAnswer, response.status)
    return null
  }
}
