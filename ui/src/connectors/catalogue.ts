// The channels and the lines they lead to, as administrators see them.
import { readonly, shallowReactive } from 'vue'
import { ApiFault, faultText } from '@/api/http'
import { api } from '@/api/methods'
import type { Connector, ConnectorCatalogue, ConnectorIconData, ConnectorLine, Line } from '@/api/types'
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
  if (!line.active && !line.error) return 'off'
  if (!line.lineActive) return 'paused'
  if (line.error) return 'error'
  if (!line.configured) return 'unconfigured'
  return line.status ? 'connected' : 'unconfigured'
}

/** The lines that a connector is attached to in some way. */
export const attachedLines = (connector: Connector): ConnectorLine[] =>
  connector.lines.filter((line) => statusOf(line) !== 'off')

/** What is wrong between a connector and a line, if somebody can mend it. */
export function toMend(line: ConnectorLine): keyof typeof texts.connectors.mend | null {
  const status = statusOf(line)
  return status === 'connected' || status === 'off' ? null : status
}

/** The mark of a connector; until it leads to a line that of its inactive state, as far as it was registered. */
export function iconOf(connector: Connector): ConnectorIconData | null {
  const { icon, iconDisabled } = connector
  if (attachedLines(connector).length || !iconDisabled) return icon
  const own = Object.entries(iconDisabled).filter(([, value]) => value)
  return { ...icon, ...Object.fromEntries(own) }
}

/** The working lines that a connector can still be connected to. */
export function freeLines(connector: Connector, lines: readonly Line[]): Line[] {
  const attached = new Set(attachedLines(connector).map((line) => line.id))
  return lines.filter((line) => line.active && !attached.has(line.id))
}
