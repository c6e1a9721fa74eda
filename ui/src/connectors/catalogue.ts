// The channels and the lines they lead to, as administrators see them.
import { readonly, shallowReactive } from 'vue'
import { ApiFault, faultText } from '@/api/http'
import { api } from '@/api/methods'
import type { Connector, ConnectorCatalogue, ConnectorLine, Line } from '@/api/types'
import { texts } from '@/texts'

export type LineStatus = keyof typeof texts.connectors.status

const state = shallowReactive({ data: null as ConnectorCatalogue | null, fault: null as string | null, denied: false })

export const catalogue = {
  state: readonly(state),

  async load(): Promise<void> {
    try {
      state.data = await api.connectors()
      Object.assign(state, { fault: null, denied: false })
    } catch (thrown) {
      state.denied = thrown instanceof ApiFault && thrown.code === 'ACCESS_DENIED'
      state.fault = state.denied ? texts.connectors.denied : faultText(thrown)
    }
  },

  async disconnect(connector: Connector, line: ConnectorLine): Promise<void> {
    await api.disconnect(connector.id, line.id)
    await this.load()
  },
}

export function statusOf(line: ConnectorLine): LineStatus {
  if (line.error) return 'error'
  if (!line.active) return 'off'
  if (!line.configured) return 'unconfigured'
  return line.status ? 'connected' : 'unconfigured'
}

/** The lines that a connector is attached to in some way. */
export const attachedLines = (connector: Connector): ConnectorLine[] =>
  connector.lines.filter((line) => statusOf(line) !== 'off')

/** The working lines that a connector can still be connected to. */
export function freeLines(connector: Connector, lines: readonly Line[]): Line[] {
  const attached = new Set(attachedLines(connector).map((line) => line.id))
  return lines.filter((line) => line.active && !attached.has(line.id))
}
