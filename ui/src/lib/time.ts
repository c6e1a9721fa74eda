// How moments and spans are written for people, and how urgent a wait is.
import { texts } from '@/texts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export type WaitLevel = 'fresh' | 'slow' | 'late'

/** The level of a wait, from its thresholds: one minute and five. */
export function waitLevel(milliseconds: number): WaitLevel {
  if (milliseconds < MINUTE) return 'fresh'
  return milliseconds < 5 * MINUTE ? 'slow' : 'late'
}

/** A span that counts up: 0:07, 12:40, 3 h 05 m, 2 d. */
export function spanText(milliseconds: number): string {
  const span = Math.max(0, milliseconds)
  if (span >= 2 * DAY) return texts.span.days(Math.floor(span / DAY))
  if (span >= HOUR) return texts.span.hours(Math.floor(span / HOUR), pad(Math.floor((span % HOUR) / MINUTE)))
  return `${Math.floor(span / MINUTE)}:${pad(Math.floor((span % MINUTE) / 1000))}`
}

/** A span in words, by the minute, for screen readers. */
export function spanWords(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / MINUTE))
  return minutes < 60 ? texts.span.inMinutes(minutes) : texts.span.inHours(Math.floor(minutes / 60))
}

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const dayFormat = new Intl.DateTimeFormat('en', { weekday: 'long', day: 'numeric', month: 'long' })
const yearFormat = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', year: 'numeric' })
const shortFormat = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short' })
const { hourCycle } = clockFormat.resolvedOptions()
const fullFormat = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'medium', hourCycle })

/** The time of day. */
export const timeOfDay = (iso: string): string => clockFormat.format(new Date(iso))

/** Date and time in full, for tooltips. */
export const fullMoment = (iso: string): string => fullFormat.format(new Date(iso))

/** A date with its year. */
export const dateText = (iso: string): string => yearFormat.format(new Date(iso))

/** A key that is equal for moments of the same local day. */
export const dayKey = (iso: string): string => new Date(iso).toDateString()

/** The heading of a day: Today, Yesterday, or the date. */
export function dayTitle(iso: string, at: number): string {
  const key = dayKey(iso)
  if (key === new Date(at).toDateString()) return texts.days.today
  if (key === new Date(at - DAY).toDateString()) return texts.days.yesterday
  const date = new Date(iso)
  return (date.getFullYear() === new Date(at).getFullYear() ? dayFormat : yearFormat).format(date)
}

/** A moment in a list: the time today, the date otherwise. */
export function listMoment(iso: string, at: number): string {
  return dayKey(iso) === new Date(at).toDateString() ? timeOfDay(iso) : shortFormat.format(new Date(iso))
}

const pad = (value: number): string => String(value).padStart(2, '0')
