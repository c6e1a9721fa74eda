// The settings of a line that have an effect, grouped as an owner thinks of them, and what a form holds of them.
import type { LineConfig, QueueItem } from '@/api/types'
import { lines as words } from './texts'

export type FieldKind =
  | 'input' | 'text' | 'number' | 'duration' | 'minutes' | 'flag' | 'choice'
  | 'time' | 'zone' | 'days' | 'dates' | 'people' | 'queue' | 'bot'

export type FieldName = keyof typeof words.fields
export type GroupName = keyof typeof words.groups
type Value = string | string[] | QueueItem[]
export type LineForm = Record<FieldName, Value>

export interface Field {
  name: FieldName
  kind: FieldKind
  /** The field has a meaning only where this holds. */
  shown?: (form: LineForm) => boolean
}

const yes = (name: FieldName) => (form: LineForm) => form[name] === 'Y'
const says = (name: FieldName) => (form: LineForm) => form[name] === 'text'
const calls = (name: FieldName) => (form: LineForm) => form[name] === 'bot'
const positive = (name: FieldName) => (form: LineForm) => Number(form[name]) !== 0
const byTurn = (form: LineForm): boolean => form.QUEUE_TYPE !== 'all'
const all =
  (...conditions: ((form: LineForm) => boolean)[]) =>
  (form: LineForm): boolean =>
    conditions.every((holds) => holds(form))

const open = yes('WORKTIME_ENABLE')
const received = yes('WELCOME_BOT_ENABLE')
const rated = yes('VOTE_MESSAGE')
const inCrm = yes('CRM')
const timed = positive('AUTO_CLOSE_TIME')

function lateness(which: 'FIRST' | 'FURTHER'): Field[] {
  const alert: FieldName = `KPI_${which}_ANSWER_ALERT`
  const limited = positive(`KPI_${which}_ANSWER_TIME`)
  return [
    { name: `KPI_${which}_ANSWER_TIME`, kind: 'duration' },
    { name: alert, kind: 'flag', shown: limited },
    { name: `KPI_${which}_ANSWER_LIST`, kind: 'people', shown: all(limited, yes(alert)) },
    { name: `KPI_${which}_ANSWER_TEXT`, kind: 'text', shown: all(limited, yes(alert)) },
  ]
}

export const GROUPS: readonly { name: GroupName; fields: readonly Field[] }[] = [
  { name: 'general', fields: [{ name: 'LINE_NAME', kind: 'input' }, { name: 'ACTIVE', kind: 'flag' }] },
  {
    name: 'who',
    fields: [
      { name: 'QUEUE', kind: 'queue' },
      { name: 'QUEUE_TYPE', kind: 'choice' },
      { name: 'QUEUE_TIME', kind: 'duration', shown: byTurn },
      { name: 'CHECK_AVAILABLE', kind: 'flag' },
      { name: 'MAX_CHAT', kind: 'number', shown: byTurn },
      { name: 'TYPE_MAX_CHAT', kind: 'choice', shown: all(byTurn, positive('MAX_CHAT')) },
      { name: 'SESSION_PRIORITY', kind: 'number', shown: byTurn },
    ],
  },
  {
    name: 'when',
    fields: [
      { name: 'WORKTIME_ENABLE', kind: 'flag' },
      { name: 'WORKTIME_FROM', kind: 'time', shown: open },
      { name: 'WORKTIME_TO', kind: 'time', shown: open },
      { name: 'WORKTIME_TIMEZONE', kind: 'zone', shown: open },
      { name: 'WORKTIME_DAYOFF', kind: 'days', shown: open },
      { name: 'WORKTIME_HOLIDAYS', kind: 'dates', shown: open },
      { name: 'WORKTIME_DAYOFF_RULE', kind: 'choice', shown: open },
      { name: 'WORKTIME_DAYOFF_TEXT', kind: 'text', shown: all(open, says('WORKTIME_DAYOFF_RULE')) },
      { name: 'WORKTIME_DAYOFF_BOT_ID', kind: 'bot', shown: all(open, calls('WORKTIME_DAYOFF_RULE')) },
    ],
  },
  {
    name: 'bot',
    fields: [
      { name: 'WELCOME_BOT_ENABLE', kind: 'flag' },
      { name: 'WELCOME_BOT_ID', kind: 'bot', shown: received },
      { name: 'WELCOME_BOT_JOIN', kind: 'choice', shown: received },
      { name: 'WELCOME_BOT_TIME', kind: 'duration', shown: received },
      { name: 'WELCOME_BOT_LEFT', kind: 'choice', shown: received },
    ],
  },
  {
    name: 'says',
    fields: [
      { name: 'WELCOME_MESSAGE', kind: 'flag' },
      { name: 'WELCOME_MESSAGE_TEXT', kind: 'text', shown: yes('WELCOME_MESSAGE') },
      { name: 'SEND_WELCOME_EACH_SESSION', kind: 'flag', shown: yes('WELCOME_MESSAGE') },
      { name: 'NO_ANSWER_RULE', kind: 'choice' },
      { name: 'NO_ANSWER_TIME', kind: 'duration', shown: (form) => form.NO_ANSWER_RULE !== 'none' },
      { name: 'NO_ANSWER_TEXT', kind: 'text', shown: says('NO_ANSWER_RULE') },
      { name: 'NO_ANSWER_BOT_ID', kind: 'bot', shown: calls('NO_ANSWER_RULE') },
    ],
  },
  {
    name: 'closing',
    fields: [
      { name: 'CLOSE_RULE', kind: 'choice' },
      { name: 'CLOSE_TEXT', kind: 'text', shown: says('CLOSE_RULE') },
      { name: 'CLOSE_BOT_ID', kind: 'bot', shown: calls('CLOSE_RULE') },
      { name: 'FULL_CLOSE_TIME', kind: 'minutes' },
      { name: 'AUTO_CLOSE_TIME', kind: 'duration' },
      { name: 'AUTO_CLOSE_RULE', kind: 'choice', shown: timed },
      { name: 'AUTO_CLOSE_TEXT', kind: 'text', shown: all(timed, says('AUTO_CLOSE_RULE')) },
      { name: 'AUTO_CLOSE_BOT_ID', kind: 'bot', shown: all(timed, calls('AUTO_CLOSE_RULE')) },
      { name: 'AUTO_EXPIRE_TIME', kind: 'duration', shown: timed },
    ],
  },
  {
    name: 'rating',
    fields: [
      { name: 'VOTE_MESSAGE', kind: 'flag' },
      { name: 'VOTE_MESSAGE_2_TEXT', kind: 'text', shown: rated },
      { name: 'VOTE_MESSAGE_2_LIKE', kind: 'text', shown: rated },
      { name: 'VOTE_MESSAGE_2_DISLIKE', kind: 'text', shown: rated },
      { name: 'VOTE_BEFORE_FINISH', kind: 'choice', shown: rated },
      { name: 'VOTE_TIME_LIMIT', kind: 'duration', shown: rated },
      { name: 'VOTE_CLOSING_DELAY', kind: 'flag', shown: all(rated, yes('VOTE_BEFORE_FINISH')) },
    ],
  },
  {
    name: 'crm',
    fields: [
      { name: 'CRM', kind: 'flag' },
      { name: 'CRM_CREATE', kind: 'choice', shown: inCrm },
      { name: 'CRM_CREATE_THIRD', kind: 'flag', shown: all(inCrm, (form) => form.CRM_CREATE === 'deal') },
      { name: 'CRM_SOURCE', kind: 'input', shown: inCrm },
      { name: 'CRM_CHAT_TRACKER', kind: 'flag', shown: inCrm },
      { name: 'CRM_FORWARD', kind: 'flag', shown: inCrm },
      { name: 'CRM_TRANSFER_CHANGE', kind: 'flag', shown: inCrm },
    ],
  },
  {
    name: 'kpi',
    fields: [
      ...lateness('FIRST'),
      ...lateness('FURTHER'),
      {
        name: 'KPI_CHECK_OPERATOR_ACTIVITY',
        kind: 'flag',
        shown: (form) => form.KPI_FIRST_ANSWER_ALERT === 'Y' || form.KPI_FURTHER_ANSWER_ALERT === 'Y',
      },
    ],
  },
  { name: 'notices', fields: [{ name: 'SEND_NOTIFICATION_EMPTY_QUEUE', kind: 'flag' }] },
]

const FIELDS = GROUPS.flatMap(({ fields }) => fields)

export const findField = (name: string): Field | undefined => FIELDS.find((field) => field.name === name)

/** The wire writes half past nine as 9.30, fields for times as 09:30. */
function clockTime(text: string): string {
  const [hour = '0', minute = '0'] = text.split('.')
  return `${hour.padStart(2, '0')}:${minute.padEnd(2, '0')}`
}

function read({ name, kind }: Field, config: LineConfig): Value {
  if (kind === 'queue') return config.CONFIG_QUEUE.map((item) => ({ ...item }))
  const told = config[name] ?? null
  if (kind === 'people' || kind === 'days') return (Array.isArray(told) ? told : []).filter(Boolean)
  if (kind === 'dates') return (Array.isArray(told) ? told : []).filter(Boolean).join(', ')
  return kind === 'time' ? clockTime(String(told)) : String(told ?? '')
}

export const formOf = (config: LineConfig): LineForm =>
  Object.fromEntries(FIELDS.map((field) => [field.name, read(field, config)])) as LineForm

/** What differs between two states of a form, as the wire takes it; what is not shown stays as it was. */
export function changesOf(before: LineForm, after: LineForm): Record<string, Value> {
  const same = (name: FieldName): boolean => JSON.stringify(before[name]) === JSON.stringify(after[name])
  const changed = FIELDS.filter(({ name, shown }) => !same(name) && (shown?.(after) ?? true))
  return Object.fromEntries(changed.map(({ name }) => [name, after[name]]))
}

const WRONG: Partial<Record<FieldKind, keyof typeof words.wrong>> = {
  number: 'number',
  duration: 'duration',
  minutes: 'duration',
  time: 'time',
  zone: 'zone',
  dates: 'dates',
  people: 'list',
  queue: 'list',
  choice: 'choice',
  bot: 'bot',
}

/** What to say beside a field whose value the server refuses. */
export const wrongOf = (field: Field): string => words.wrong[WRONG[field.kind] ?? 'text']
