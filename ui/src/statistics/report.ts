// What is asked of the statistics, what came back, and how figures and groups are written.
import { readonly, shallowReactive } from 'vue'
import { faultText } from '@/api/http'
import { api } from '@/api/methods'
import type { Definitions, FigureDefinition, FigureRow, Group, StatisticsFilter, StatisticsReport } from '@/api/types'
import { dateText, spanText } from '@/lib/time'
import { texts } from '@/texts'

export type Part = keyof typeof texts.statistics.parts
export type Named = 'line' | 'operator' | 'connector'
export type Charted = 'day' | 'hour' | 'weekday'
export const GROUPS = Object.keys(texts.statistics.groups) as Group[]
export const NAMED: readonly Named[] = ['line', 'operator', 'connector']
const DAY = 86_400_000

export interface Choice {
  from: string
  to: string
  zone: string
  by: Group[]
  line: string
  operator: string
  connector: string
}

export const ALL = 'all'
const state = shallowReactive({
  definitions: null as Definitions | null,
  report: null as StatisticsReport | null,
  /** By lines, operators and connectors of the whole period: what can be chosen. */
  names: [] as readonly FigureRow[],
  loading: false,
  fault: null as string | null,
})
let asked = 0

export const statistics = {
  state: readonly(state),

  /** Asks for the figures of a choice; of several that are under way the last one counts. */
  async load(choice: Choice): Promise<void> {
    const turn = ++asked
    state.loading = true
    const everything = { from: choice.from, to: choice.to, zone: choice.zone }
    try {
      const [definitions, report, whole] = await Promise.all([
        state.definitions ?? api.definitions(),
        api.statistics(filterOf(choice), choice.by),
        api.statistics(everything, NAMED),
      ])
      if (turn === asked) Object.assign(state, { definitions, report, names: whole.rows, fault: null, loading: false })
    } catch (thrown) {
      if (turn === asked) Object.assign(state, { fault: faultText(thrown), loading: false })
    }
  },

  /** What a filter offers: everything that the period has, by name. */
  options(group: Named): { label: string; value: string }[] {
    const found = new Map(state.names.map((row) => [String(row[group]), groupText(row, group)]))
    const named = [...found].map(([value, label]) => ({ value, label }))
    return [{ value: ALL, label: texts.statistics.all[group] }, ...named.sort((a, b) => a.label.localeCompare(b.label))]
  },
}

export function filterOf(choice: Choice): StatisticsFilter {
  return {
    from: choice.from,
    to: choice.to,
    zone: choice.zone,
    lines: choice.line === ALL ? undefined : [Number(choice.line)],
    operators: choice.operator === ALL ? undefined : [Number(choice.operator)],
    connectors: choice.connector === ALL ? undefined : [choice.connector],
  }
}

/** The sessions of one row alone; without a row those of all. */
export function narrowed(filter: StatisticsFilter, by: readonly Group[], row: FigureRow | null): StatisticsFilter {
  const found = { ...filter }
  for (const group of row ? by : []) {
    const value = row![group]
    if (group === 'day') found.from = found.to = String(value)
    if (group === 'hour') found.hours = [Number(value)]
    if (group === 'weekday') found.weekdays = [Number(value)]
    if (group === 'line') found.lines = [Number(value)]
    if (group === 'operator') found.operators = [Number(value)]
    if (group === 'connector') found.connectors = [String(value)]
  }
  return found
}

export function groupText(row: FigureRow, group: Group): string {
  const value = row[group]
  if (group === 'day') return dateText(`${value}T12:00:00`)
  if (group === 'hour') return texts.statistics.hour(Number(value))
  if (group === 'weekday') return texts.statistics.weekdays[Number(value) - 1] ?? String(value)
  if (group === 'operator' && value === 0) return texts.statistics.nobody
  return String(row[`${group}Name`] || texts.statistics.gone(String(value)))
}

/** The group along which sessions can be drawn: one of time, alone. */
export function chartedBy({ by }: StatisticsReport): Charted | null {
  const [group, ...others] = by
  return !others.length && (group === 'day' || group === 'hour' || group === 'weekday') ? group : null
}

export const rowText = (row: FigureRow | null, by: readonly Group[]): string =>
  row && by.length ? by.map((group) => groupText(row, group)).join(', ') : texts.statistics.total

/** Under which name a figure's value stands; of a time the part that is wanted. */
export const columnOf = ({ name, columns }: FigureDefinition, part: Part): string =>
  columns.length > 1 ? name + part : (columns[0] ?? name)

export function valueText(value: FigureRow[string] | undefined, { unit }: FigureDefinition): string {
  if (typeof value !== 'number') return texts.statistics.none
  if (unit === 'percent') return texts.statistics.percent(value)
  if (unit === 'seconds') return secondsText(value)
  return value.toLocaleString('en')
}

export const secondsText = (value: number | null): string =>
  value === null ? texts.statistics.none : value < 60 ? texts.statistics.seconds(Math.round(value)) : spanText(value * 1000)

/** A day in a zone, some days before today. */
export function dayAgo(days: number, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(Date.now() - days * DAY)
}
