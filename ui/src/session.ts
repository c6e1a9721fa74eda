// Who is signed in and on which portal; signing in and out.
import { readonly, ref } from 'vue'
import { ApiFault, faultText } from './api/http'
import { api } from './api/methods'
import type { Identity, User } from './api/types'

const identity = ref<Identity | null>(null)
const problem = ref<string | null>(null)

export const session = {
  identity: readonly(identity),
  /** Why it is not known who is signed in: the server could not be asked. */
  problem: readonly(problem),

  /** The user's id, 0 when nobody is signed in. */
  get userId(): number {
    return identity.value?.user.id ?? 0
  },
  get isAdmin(): boolean {
    return identity.value?.user.admin ?? false
  },

  /** Asks the server who is signed in; being nobody is an answer, silence is a problem. */
  async restore(): Promise<void> {
    problem.value = null
    try {
      identity.value = await api.me()
    } catch (thrown) {
      identity.value = null
      if (!(thrown instanceof ApiFault && thrown.status === 401)) problem.value = faultText(thrown)
    }
  },

  async login(email: string, password: string): Promise<User> {
    const { user } = await api.login(email, password)
    identity.value = await api.me()
    return user
  },

  async logout(): Promise<void> {
    await api.logout()
    identity.value = null
  },

  /** Forgets the identity after the server has forgotten the session. */
  expire(): void {
    identity.value = null
  },
}
