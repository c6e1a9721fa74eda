// Text with BBCode from strangers: parsed into a small tree and rendered as Vue nodes, never as HTML.
import { type FunctionalComponent, h, type VNode, type VNodeChild } from 'vue'

/** Beyond these limits markup is shown as it was typed. */
const MOST_NODES = 2_000
const MOST_LINKS = 200
const DEEPEST = 12

const PAIRED = new Set(['b', 'i', 'u', 's', 'url', 'code', 'quote', 'user', 'list'])
const LINKABLE = new Set(['http:', 'https:', 'mailto:', 'tel:'])
/** Addresses may have brackets in them: `params[id]=7`. */
const TAG = /\[(\/?)([a-z]+|\*)(?:=((?:[^[\]\n]|\[[^[\]\n]{0,100}\]){0,2048}))?\]/gi
const ADDRESS = /https?:\/\/(?:[^\s<>"'[\]]|\[[\w-]{1,100}\])+/gi
/** The only pages of the portal that a text may link to by their path. */
const OF_AN_APPLICATION = /^\/marketplace\/(?:app|view)\/[\w.-]+\/?(?:[?#]|$)/

export interface TextNode {
  kind: 'text'
  text: string
}

export interface TagNode {
  kind: 'tag'
  name: string
  /** What stood after the equals sign. */
  value: string
  /** The opening tag as it was typed, should it turn out to be just text. */
  source: string
  children: Node[]
}

export type Node = TextNode | TagNode

/** Parses text into a tree; whatever is not well-formed stays text. */
export function parse(source: string): Node[] {
  return new Parser(source).run()
}

/** The text alone on one line, for previews and announcements. */
export function plain(source: string): string {
  return textOf(parse(source)).replace(/\s+/g, ' ').trim()
}

/** Shows one text with its markup. */
export const RichText: FunctionalComponent<{ text: string }> = (props) => render(parse(props.text))
RichText.props = ['text']

class Parser {
  private readonly root: TagNode = tag('', '', '')
  private readonly stack: TagNode[] = [this.root]
  private nodes = 0
  private readonly unclosable = new Set<string>()

  constructor(private readonly source: string) {}

  run(): Node[] {
    let at = 0
    TAG.lastIndex = 0
    for (let found = TAG.exec(this.source); found && this.nodes < MOST_NODES; found = TAG.exec(this.source)) {
      this.text(this.source.slice(at, found.index))
      at = this.tag(found)
      TAG.lastIndex = at
    }
    this.text(this.source.slice(at))
    while (this.stack.length > 1) this.flatten()
    return this.root.children
  }

  /** Takes one tag in and returns where to go on. */
  private tag(found: RegExpExecArray): number {
    const [typed, slash, rawName = '', value = ''] = found
    const name = rawName.toLowerCase()
    const end = found.index + typed.length
    if (slash) this.close(name, typed)
    else if (name === 'br' || name === '*') this.append(tag(name, '', typed))
    else if (!PAIRED.has(name) || this.stack.length > DEEPEST) this.text(typed)
    else if (name === 'code' || (name === 'url' && !value)) return this.verbatim(name, typed, end)
    else this.open(tag(name, value, typed))
    return end
  }

  private open(node: TagNode): void {
    this.append(node)
    this.stack.push(node)
  }

  private close(name: string, typed: string): void {
    const depth = this.stack.findLastIndex((node) => node.name === name)
    if (depth < 1) return this.text(typed)
    while (this.stack.length - 1 > depth) this.flatten()
    this.stack.pop()
  }

  /** An unclosed tag is text followed by what would have been its content. */
  private flatten(): void {
    const node = this.stack.pop()
    const parent = this.stack.at(-1)
    if (!node || !parent) return
    parent.children.pop()
    parent.children.push({ kind: 'text', text: node.source }, ...node.children)
  }

  /** Inside [code] and a bare [url] nothing is markup. */
  private verbatim(name: string, typed: string, start: number): number {
    const closing = new RegExp(`\\[/${name}\\]`, 'gi')
    closing.lastIndex = start
    const found = this.unclosable.has(name) ? null : closing.exec(this.source)
    if (!found) {
      this.unclosable.add(name)
      this.text(typed)
      return start
    }
    const node = tag(name, '', typed)
    node.children.push({ kind: 'text', text: this.source.slice(start, found.index) })
    this.append(node)
    return closing.lastIndex
  }

  private text(text: string): void {
    if (!text) return
    const siblings = this.stack.at(-1)?.children ?? this.root.children
    const last = siblings.at(-1)
    if (last?.kind === 'text') last.text += text
    else this.append({ kind: 'text', text })
  }

  private append(node: Node): void {
    this.nodes += 1
    this.stack.at(-1)?.children.push(node)
  }
}

function tag(name: string, value: string, source: string): TagNode {
  return { kind: 'tag', name, value, source, children: [] }
}

function textOf(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return node.text
      return node.name === 'br' ? '\n' : node.name === '*' ? '\n• ' : textOf(node.children)
    })
    .join('')
}

/** The address if it may be a link, else null; relative addresses may not, unless they lead into an application. */
export function safeAddress(address: string): string | null {
  if (OF_AN_APPLICATION.test(address.trim())) return address.trim()
  try {
    const url = new URL(address.trim())
    return LINKABLE.has(url.protocol) ? url.href : null
  } catch {
    return null
  }
}

function link(href: string, content: VNodeChild): VNode {
  return h('a', { href, title: href, target: '_blank', rel: 'noopener noreferrer', class: 'rich-link' }, [content])
}

function render(nodes: readonly Node[], inLink = false): VNode[] {
  return nodes.flatMap((node) => (node.kind === 'tag' ? [element(node, inLink)] : inLink ? [h('span', node.text)] : linked(node.text)))
}

function element(node: TagNode, inLink: boolean): VNode {
  const content = (): VNode[] => render(node.children, inLink)
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
      return h('code', { class: 'rich-code' }, textOf(node.children))
    case 'quote':
      return h('blockquote', { class: 'rich-quote' }, content())
    case 'user':
      return h('span', { class: 'rich-mention' }, content())
    case 'list':
      return h('ul', { class: 'rich-list' }, points(node.children).map((point) => h('li', render(point, inLink))))
    case 'url':
      return anchor(node, inLink)
    default:
      return h('span', node.name === '*' ? '• ' : node.source)
  }
}

function anchor(node: TagNode, inLink: boolean): VNode {
  const shown = textOf(node.children)
  const href = inLink ? null : safeAddress(node.value || shown)
  return href ? link(href, render(node.children, true)) : h('span', node.value ? `${shown} (${node.value})` : shown)
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
function linked(text: string): VNode[] {
  const parts: VNode[] = []
  let at = 0
  let links = 0
  for (const found of text.matchAll(ADDRESS)) {
    if (links++ === MOST_LINKS) break
    const address = withoutPunctuation(found[0])
    const href = safeAddress(address)
    if (!href) continue
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
