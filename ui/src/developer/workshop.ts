// What developers have on this portal: applications, webhooks, and all that these may ask for.
import { computed, readonly, shallowReactive } from 'vue'
import { ApiFault, faultText } from '@/api/http'
import { api } from '@/api/methods'
import type { AppSettings, LocalApp, OutgoingSettings, PaymentStatus, WebhookSettings, Workshop } from '@/api/types'
import { texts } from '@/texts'

export type AppState = keyof typeof texts.developer.states

const state = shallowReactive({ data: null as Workshop | null, fault: null as string | null, denied: false })

async function load(): Promise<void> {
  try {
    state.data = await api.workshop()
    Object.assign(state, { fault: null, denied: false })
  } catch (thrown) {
    state.denied = thrown instanceof ApiFault && thrown.code === 'ACCESS_DENIED'
    state.fault = state.denied ? texts.developer.denied : faultText(thrown)
  }
}

/** Does something, and then looks how things are. */
async function changing<T>(work: Promise<T>): Promise<T> {
  const answer = await work
  await load()
  return answer
}

export const workshop = {
  state: readonly(state),
  apps: computed(() => state.data?.apps ?? []),
  outgoing: computed(() => state.data?.outgoing ?? []),
  webhooks: computed(() => state.data?.webhooks ?? []),
  people: computed(() => state.data?.people ?? []),
  scopeChoices: computed(() => (state.data?.scopes ?? []).map(({ name, text }) => ({ value: name, label: name, text }))),
  eventChoices: computed(() => (state.data?.events ?? []).map((name) => ({ value: name, label: name }))),

  load,
  /** Forgets everything when the person leaves. */
  clear: () => void Object.assign(state, { data: null, fault: null, denied: false }),

  addApp: (settings: AppSettings) => changing(api.addApp(settings)),
  editApp: (app: number, settings: AppSettings) => changing(api.editApp(app, settings)),
  reinstallApp: (app: number) => changing(api.reinstallApp(app)),
  upgradeApp: (app: number) => changing(api.upgradeApp(app)),
  removeApp: (app: number, clean: boolean) => changing(api.removeApp(app, clean)),
  payApp: (app: number, status: PaymentStatus, days: number | null) => changing(api.payApp(app, status, days)),
  addWebhook: (settings: WebhookSettings) => changing(api.addWebhook(settings)),
  editWebhook: (webhook: number, settings: WebhookSettings) => changing(api.editWebhook(webhook, settings)),
  revokeWebhook: (webhook: number) => changing(api.revokeWebhook(webhook)),
  addOutgoing: (settings: OutgoingSettings) => changing(api.addOutgoing(settings)),
  editOutgoing: (app: number, settings: OutgoingSettings) => changing(api.editOutgoing(app, settings)),
}

export function stateOf(app: LocalApp, at: number): AppState {
  if (app.paidUntil && Date.parse(app.paidUntil) <= at) return 'over'
  return app.installed ? 'installed' : 'waiting'
}

/** Where an application's page is opened; until it is installed, its installer. */
export const addressOf = (app: LocalApp): string | null =>
  app.hasPage || (!app.installed && app.installUrl) ? `/marketplace/app/${app.id}/` : null
