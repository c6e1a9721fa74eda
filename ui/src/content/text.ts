// Shows a text with its marks as Vue nodes, never as HTML; and says it without them.
import { type FunctionalComponent, h, inject, type VNode, type VNodeChild } from 'vue'
import { RouterLink } from 'vue-router'
import { linkAddress, telAddress } from '@/lib/address'
import { legible, safeColour } from '@/lib/colour'
import { fullMoment, timeOfDay } from '@/lib/time'
import { texts } from '@/texts'
import { DEEDS, type Deeds } from './deeds'
import OutsidePicture from './OutsidePicture.vue'
import { attribute, beginning, type Node, parse, type TagNode, textOf } from './tree'

const MOST_LINKS = 200
/** What is shown of a long text until the rest is asked for. */
const FOLDED = { characters: 1_500, nodes: 300 }
const SMALLEST = 8
const LARGEST = 30
const ADDRESS = /https?:\/\/(?:[^\s<>"'[\]]|\[[\w-]{1,100}\])+/gi
const PICTURE_SIZES: Record<string, number> = { small: 100, medium: 200, large: 400 }

interface Around {
  deeds: Deeds | null
  inLink: boolean
  links: number
}

/** The text alone on one line, for previews and announcements. */
export function plain(source: string): string {
  return textOf(parse(source)).replace(/\s+/g, ' ').trim()
}

/** Shows one text with its markup, or the beginning of it. */
export const RichText: FunctionalComponent<{ text: string; folded?: boolean; inLink?: boolean }> = (props) => {
  const around = { deeds: inject(DEEDS, null), inLink: props.inLink ?? false, links: 0 }
  const nodes = parse(props.text)
  return render(props.folded ? beginning(nodes, FOLDED.characters, FOLDED.nodes) : nodes, around)
}
RichText.props = { text: { type: String, required: true }, folded: Boolean, inLink: Boolean }

function render(nodes: readonly Node[], around: Around): VNode[] {
  return joined(nodes).flatMap((node) => {
    if (node.kind === 'tag') return [element(node, around)]
    return around.inLink ? [h('span', node.text)] : linked(node.text, around)
  })
}

/**
 * Texts beside each other as one: an address may have had brackets that looked like marks. What has lines of its own
 * needs no break before or behind it.
 */
function joined(nodes: readonly Node[]): Node[] {
  const found: Node[] = []
  for (const node of nodes) {
    const last = found.at(-1)
    if (node.kind === 'text' && last?.kind === 'text') found[found.length - 1] = { kind: 'text', text: last.text + node.text }
    else found.push(node)
  }
  return found.map((node, at) => {
    if (node.kind === 'tag') return node
    const text = isBlock(found[at - 1]) ? node.text.replace(/^\n/, '') : node.text
    return { kind: 'text', text: isBlock(found[at + 1]) ? text.replace(/\n$/, '') : text }
  })
}

const isBlock = (node: Node | undefined): boolean =>
  node?.kind === 'tag' && (node.name === 'quote' || node.name === 'list' || isCodeBlock(node))
const isCodeBlock = (node: TagNode): boolean => node.name === 'code' && textOf(node.children).includes('\n')

function element(node: TagNode, around: Around): VNode {
  const content = (): VNode[] => render(node.children, around)
  switch (node.name) {
    case 'b':
      return h('strong', content())
    case 'i':
      return h('em', content())
    case 'u':
      return h('u', content())
    case 's':
      return h('s', content())
    case 'br':
      return h('br')
    case 'code':
      return h('code', { class: ['rich-code', { 'rich-code-block': isCodeBlock(node) }] }, textOf(node.children).replace(/^\n|\n$/g, ''))
    case 'quote':
      return h('blockquote', { class: 'rich-quote' }, content())
    case 'list':
      return h('ul', { class: 'rich-list' }, points(node.children).map((point) => h('li', render(point, around))))
    case 'size':
      return h('span', { style: { fontSize: sizeOf(node.value) } }, content())
    case 'color':
      return h('span', coloured(node.value), content())
    default:
      return around.inLink ? h('span', textOf([node])) : leading(node, around)
  }
}

/** What leads somewhere or does something; none of it stands in a link. */
function leading(node: TagNode, around: Around): VNode {
  switch (node.name) {
    case 'url':
      return anchor(node, around)
    case 'user':
      return h('bdi', { class: 'rich-mention' }, textOf(node.children) || texts.content.person(node.value))
    case 'chat':
    case 'context':
      return chatLink(node)
    case 'send':
    case 'put':
      return deed(node, node.name, around)
    case 'call':
      return call(node)
    case 'img':
      return picture(textOf(node.children), '', PICTURE_SIZES[(attribute(node.value, 'size') ?? node.value).trim().toLowerCase()])
    case 'icon':
      return icon(node.value)
    case 'timestamp':
      return moment(node)
    case 'disk':
      return h('span', texts.content.file(node.value))
    default:
      return h('span', node.name === '*' ? '• ' : node.source)
  }
}

function sizeOf(value: string): string | undefined {
  const size = Number.parseInt(value, 10)
  return Number.isNaN(size) ? undefined : `${Math.min(LARGEST, Math.max(SMALLEST, size))}px`
}

/** Attributes of what has a colour of its own, changed as far as it must be to be read in both themes. */
export function coloured(value: string | null): { class?: string; style?: Record<string, string> } {
  const colour = safeColour(value)
  if (!colour) return {}
  const { light, dark } = legible(colour)
  return { class: 'rich-colour', style: { '--on-light': light, '--on-dark': dark } }
}

function link(href: string, content: VNodeChild): VNode {
  return h('a', { href, title: href, target: '_blank', rel: 'noopener noreferrer', class: 'rich-link' }, [content])
}

function anchor(node: TagNode, around: Around): VNode {
  const shown = textOf(node.children)
  const href = linkAddress(node.value || shown)
  if (!href) return h('span', node.value && shown !== node.value ? `${shown} (${node.value})` : shown)
  return link(href, render(node.children.length ? node.children : [{ kind: 'text', text: node.value }], { ...around, inLink: true }))
}

function chatLink(node: TagNode): VNode {
  const id = /^(?:chat)?(\d{1,15})(?:\/\d{1,18})?$/.exec(node.value.trim())?.[1]
  const shown = h('bdi', textOf(node.children) || texts.content.chat(node.value))
  if (!id) return h('span', { class: 'rich-mention' }, [shown])
  return h(RouterLink, { to: { name: 'chat', params: { id } }, class: 'rich-link' }, () => shown)
}

/** A text that is sent, or put into the field, at a click. */
function deed(node: TagNode, name: 'send' | 'put', { deeds }: Around): VNode {
  const said = node.value.trim() ? node.value : textOf(node.children).trim()
  const shown = h('bdi', textOf(node.children).trim() || said)
  if (!deeds?.canWrite() || !said) return h('span', { class: 'rich-mention' }, [shown])
  const sends = name === 'send' && deeds.trusted()
  const title = sends ? texts.content.sends(said) : texts.content.puts(said)
  const onClick = (): void => (sends ? deeds.send(said) : deeds.put(said))
  return h('button', { type: 'button', class: 'rich-deed', title, onClick }, [shown])
}

function call(node: TagNode): VNode {
  const number = node.value.trim() || textOf(node.children).trim()
  const href = telAddress(number)
  const shown = h('bdi', textOf(node.children).trim() || number)
  return href ? h('a', { href, title: texts.content.calls(number), class: 'rich-link' }, [shown]) : h('span', [shown])
}

function picture(address: string, title: string, width?: number): VNode {
  return h(OutsidePicture, { address: address.trim(), title, width })
}

function icon(value: string): VNode {
  const size = Number.parseInt(attribute(value, 'size') ?? attribute(value, 'width') ?? '', 10) || 20
  const address = value.trim().split(/\s/, 1)[0] ?? ''
  return h(OutsidePicture, { address, title: attribute(value, 'title') ?? '', width: Math.min(size, 100), inline: true })
}

function moment(node: TagNode): VNode {
  const seconds = /^\d{1,11}(?=\s|$)/.exec(node.value.trim())?.[0]
  if (!seconds) return h('span', node.source)
  const iso = new Date(Number(seconds) * 1000).toISOString()
  const short = /TIME/i.test(attribute(node.value, 'format') ?? '') && !/DATE/i.test(attribute(node.value, 'format') ?? '')
  return h('time', { datetime: iso, title: fullMoment(iso) }, short ? timeOfDay(iso) : fullMoment(iso))
}

/** The points of a list, each from one star to the next; blank text before the first is dropped. */
function points(nodes: readonly Node[]): Node[][] {
  const found: Node[][] = [[]]
  for (const node of nodes) {
    if (node.kind === 'tag' && node.name === '*') found.push([])
    else found.at(-1)?.push(node)
  }
  return found.map(trimmed).filter((point) => point.length > 0)
}

function trimmed(nodes: Node[]): Node[] {
  const at = (node: Node | undefined): boolean => node?.kind === 'text' && !node.text.trim()
  const from = at(nodes[0]) ? 1 : 0
  return nodes.slice(from, at(nodes.at(-1)) ? -1 : undefined)
}

/** Text with the addresses in it made into links, closing punctuation left outside. */
function linked(text: string, around: Around): VNode[] {
  const parts: VNode[] = []
  let at = 0
  for (const found of text.matchAll(ADDRESS)) {
    if (around.links >= MOST_LINKS) break
    const address = withoutPunctuation(found[0])
    const href = linkAddress(address)
    if (!href) continue
    around.links += 1
    if (found.index > at) parts.push(h('span', text.slice(at, found.index)))
    parts.push(link(href, address))
    at = found.index + address.length
  }
  if (at < text.length) parts.push(h('span', text.slice(at)))
  return parts
}

function withoutPunctuation(address: string): string {
  let end = address.length
  while (end > 0 && '.,;:!?…'.includes(address.charAt(end - 1))) end -= 1
  const shorter = address.slice(0, end)
  return shorter.endsWith(')') && !shorter.includes('(') ? shorter.slice(0, -1) : shorter
}
