// A message's attachments, buttons and menu as they come with it, read as if nobody had checked them before.
import type { MessageParams } from '@/api/types'
import { linkAddress, pathAddress, telAddress } from '@/lib/address'
import { safeColour } from '@/lib/colour'

const MOST_ATTACHMENTS = 20
const MOST_BLOCKS = 200
const MOST_ITEMS = 200
const MOST_BUTTONS = 100
const LONGEST = 60_000
const MOST_PIXELS = 2_000

export type Token = 'primary' | 'secondary' | 'alert' | 'base'
export type Display = 'BLOCK' | 'LINE' | 'ROW' | 'TABLE'

/** Something with a name that may lead somewhere. */
export interface Named {
  name: string
  href: string | null
  chat: number | null
  description: string
  picture: string
  width: number | null
  height: number | null
  size: number | null
}

export interface Cell extends Named {
  display: Display
  value: string
  token: Token
  colour: string | null
}

export type Block =
  | { kind: 'message'; text: string }
  | { kind: 'link' | 'user' | 'image' | 'file'; items: Named[] }
  | { kind: 'grid'; rows: Cell[][] }
  | { kind: 'delimiter'; width: number; colour: string | null }

export interface Attachment {
  token: Token
  colour: string | null
  blocks: Block[]
}

export type Deed =
  | { does: 'open'; href: string }
  | { does: 'call'; href: string }
  | { does: 'command'; bot: number; command: string; params: string }
  | { does: 'put' | 'send' | 'copy'; text: string }
  | { does: 'dialog'; chat: number }
  | { does: 'app'; app: number; params: string }
  | { does: 'nothing' }

export interface Button {
  text: string
  deed: Deed
  disabled: boolean
  once: boolean
  inLine: boolean
  token: Token
  width: number | null
  background: string | null
  ink: string | null
  offBackground: string | null
  offInk: string | null
}

type Fields = Record<string, unknown>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

function list(value: unknown, most: number): Fields[] {
  const given: unknown[] = Array.isArray(value) ? value.slice(0, most) : isFields(value) ? [value] : []
  return given.filter(isFields)
}

const field = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined)

function text(fields: Fields, name: string): string {
  const value = field(fields, name)
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, LONGEST) : ''
}

function number(fields: Fields, name: string, most = Number.MAX_SAFE_INTEGER): number | null {
  const value = Number(text(fields, name) || Number.NaN)
  return Number.isInteger(value) && value > 0 && value <= most ? value : null
}

function token(fields: Fields, name: string): Token {
  const given = text(fields, name)
  return given === 'primary' || given === 'secondary' || given === 'alert' ? given : 'base'
}

const colour = (fields: Fields, name: string): string | null => safeColour(text(fields, name))
const href = (fields: Fields, name: string): string | null => linkAddress(text(fields, name)) ?? pathAddress(text(fields, name))

export function attachmentsOf({ ATTACH }: MessageParams): Attachment[] {
  const left = { blocks: MOST_BLOCKS, items: MOST_ITEMS }
  return list(ATTACH, MOST_ATTACHMENTS)
    .map((one) => ({
      token: token(one, 'COLOR_TOKEN'),
      colour: colour(one, 'COLOR'),
      blocks: list(field(one, 'BLOCKS'), left.blocks).flatMap((block) => blocksOf(block, left)),
    }))
    .filter(({ blocks }) => blocks.length > 0)
}

function blocksOf(block: Fields, left: { blocks: number; items: number }): Block[] {
  if (left.blocks-- <= 0) return []
  const items = (name: string): Fields[] => {
    const found = list(field(block, name), Math.max(left.items, 0))
    left.items -= found.length
    return found
  }
  const found: Block[] = []
  if (text(block, 'MESSAGE')) found.push({ kind: 'message', text: text(block, 'MESSAGE') })
  for (const [name, kind] of NAMED) {
    const shown = items(name).map(named).filter((one) => one.name || one.href || one.picture)
    if (shown.length) found.push({ kind, items: shown })
  }
  const rows = together(items('GRID').map(cell).filter((one) => one.name || one.value))
  if (rows.length) found.push({ kind: 'grid', rows })
  if (Object.hasOwn(block, 'DELIMITER')) found.push(delimiter(block.DELIMITER))
  return found
}

const NAMED = [
  ['USER', 'user'],
  ['LINK', 'link'],
  ['RICH_LINK', 'link'],
  ['IMAGE', 'image'],
  ['FILE', 'file'],
] as const

function delimiter(given: unknown): Block {
  const fields = isFields(given) ? given : {}
  return { kind: 'delimiter', width: number(fields, 'SIZE', MOST_PIXELS) ?? 200, colour: colour(fields, 'COLOR') }
}

function named(one: Fields): Named {
  return {
    name: text(one, 'NAME'),
    href: href(one, 'LINK'),
    chat: number(one, 'CHAT_ID'),
    description: text(one, 'DESC'),
    picture: text(one, 'PREVIEW') || text(one, 'AVATAR'),
    width: number(one, 'WIDTH', MOST_PIXELS),
    height: number(one, 'HEIGHT', MOST_PIXELS),
    size: number(one, 'SIZE'),
  }
}

function cell(one: Fields): Cell {
  const given = text(one, 'DISPLAY')
  const display = given === 'LINE' || given === 'ROW' || given === 'TABLE' ? given : 'BLOCK'
  return { ...named(one), display, value: text(one, 'VALUE'), token: token(one, 'COLOR_TOKEN'), colour: colour(one, 'COLOR') }
}

/** Cells that are shown in the same way stand together. */
function together(cells: Cell[]): Cell[][] {
  const rows: Cell[][] = []
  for (const one of cells) {
    if (rows.at(-1)?.[0]?.display === one.display) rows.at(-1)?.push(one)
    else rows.push([one])
  }
  return rows
}

/** A keyboard's buttons in their rows; what is only for other devices is left out. */
export function keyboardOf({ KEYBOARD }: MessageParams, wide: boolean): Button[][] {
  const rows: Button[][] = [[]]
  for (const one of list(KEYBOARD, MOST_BUTTONS)) {
    if (text(one, 'TYPE') === 'NEWLINE') rows.push([])
    else if (isShown(one, wide)) rows.at(-1)?.push(button(one))
  }
  return rows.filter((row) => row.length > 0)
}

/** The entries that a message adds to its menu. */
export const menuOf = ({ MENU }: MessageParams, wide: boolean): Button[] =>
  list(MENU, MOST_BUTTONS)
    .filter((one) => isShown(one, wide))
    .map(button)

const isShown = (one: Fields, wide: boolean): boolean =>
  text(one, 'TEXT').trim() !== '' && text(one, 'CONTEXT') !== (wide ? 'MOBILE' : 'DESKTOP')

function button(one: Fields): Button {
  const deed = deedOf(one)
  return {
    text: text(one, 'TEXT'),
    deed,
    disabled: text(one, 'DISABLED') === 'Y' || deed.does === 'nothing',
    once: text(one, 'BLOCK') === 'Y' && deed.does === 'command',
    inLine: text(one, 'DISPLAY') === 'LINE',
    token: token(one, 'BG_COLOR_TOKEN'),
    width: number(one, 'WIDTH', MOST_PIXELS),
    background: colour(one, 'BG_COLOR'),
    ink: colour(one, 'TEXT_COLOR'),
    offBackground: colour(one, 'OFF_BG_COLOR'),
    offInk: colour(one, 'OFF_TEXT_COLOR'),
  }
}

function deedOf(one: Fields): Deed {
  const address = href(one, 'LINK')
  if (address) return { does: 'open', href: address }
  const [command, bot] = [text(one, 'COMMAND'), number(one, 'BOT_ID')]
  if (command && bot) return { does: 'command', bot, command, params: text(one, 'COMMAND_PARAMS') }
  const app = number(one, 'APP_ID')
  return app ? { does: 'app', app, params: text(one, 'APP_PARAMS') } : actionOf(text(one, 'ACTION'), text(one, 'ACTION_VALUE'))
}

function actionOf(action: string, value: string): Deed {
  if (action === 'PUT' || action === 'SEND' || action === 'COPY') {
    return { does: action.toLowerCase() as 'put' | 'send' | 'copy', text: value }
  }
  const address = action === 'CALL' ? telAddress(value) : null
  if (address) return { does: 'call', href: address }
  const chat = action === 'DIALOG' ? /^chat(\d{1,15})$/.exec(value)?.[1] : undefined
  return chat ? { does: 'dialog', chat: Number(chat) } : { does: 'nothing' }
}

/** Who likes a message. */
export const likesOf = ({ LIKE }: MessageParams): number[] => (Array.isArray(LIKE) ? LIKE.map(Number).filter((id) => Number.isInteger(id) && id > 0) : [])
