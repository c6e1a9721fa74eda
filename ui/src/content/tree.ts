// Text with BBCode from strangers, parsed into a small tree within limits; whatever is not well-formed stays text.
import { quotedParts } from './quotes'

/** Beyond these limits markup is shown as it was typed. */
const MOST_NODES = 2_000
const DEEPEST = 12

const PAIRED = new Set(
  'b i u s url code quote user chat context list size color send put call img'.split(' '),
)
const SINGLE = new Set(['br', '*', 'icon', 'timestamp', 'disk'])
/** Only these have their values behind a blank as well. */
const SPACED = new Set(['img', 'icon'])
/** Addresses may have brackets in them: `params[id]=7`. */
const TAG = /\[(\/?)([a-z]+|\*)(?:([= ])((?:[^[\]\n]|\[[^[\]\n]{0,100}\]){0,2048}))?\]/gi

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

interface Budget {
  nodes: number
}

/** Parses text into a tree: quotes by lines first, then the marks inside of each part. */
export function parse(source: string): Node[] {
  const budget = { nodes: MOST_NODES }
  return quotedParts(source).flatMap(({ quoted, text }) => {
    const nodes = new Parser(text, budget).run()
    return quoted ? [tag('quote', '', '', nodes)] : nodes
  })
}

/** The text of nodes without their marks. */
export function textOf(nodes: readonly Node[]): string {
  return nodes.map((node) => (node.kind === 'text' ? node.text : wordsOf(node))).join('')
}

function wordsOf(node: TagNode): string {
  if (node.name === 'br') return '\n'
  if (node.name === '*') return '\n• '
  if (node.name === 'icon') return attribute(node.value, 'title') ?? ''
  const said = textOf(node.children)
  if (node.name === 'quote') return `\n${said}\n`
  return said.trim() || !['url', 'send', 'put', 'call'].includes(node.name) ? said : node.value
}

/** One of the values `name=value` behind a tag's first; a title may have blanks. */
export function attribute(value: string, name: 'size' | 'title' | 'format' | 'width' | 'height'): string | null {
  const found = new RegExp(`(?:^|\\s)${name}=(?:"([^"]{0,200})"|(${name === 'title' ? '[^"]{0,200}' : '[^\\s"]{0,200}'}))`, 'i').exec(value)
  return found ? (found[1] ?? found[2] ?? '').trim() : null
}

/** The beginning of a tree, as many characters and nodes of it as are asked for. */
export function beginning(nodes: readonly Node[], characters: number, most: number): Node[] {
  const left = { characters, most }
  return cut(nodes, left)
}

function cut(nodes: readonly Node[], left: { characters: number; most: number }): Node[] {
  const kept: Node[] = []
  for (const node of nodes) {
    if (left.characters <= 0 || left.most <= 0) break
    left.most -= 1
    if (node.kind === 'tag') {
      kept.push({ ...node, children: cut(node.children, left) })
    } else {
      kept.push({ kind: 'text', text: node.text.slice(0, left.characters) })
      left.characters -= node.text.length
    }
  }
  return kept
}

class Parser {
  private readonly root: TagNode = tag('', '', '')
  private readonly stack: TagNode[] = [this.root]
  private readonly unclosable = new Set<string>()

  constructor(
    private readonly source: string,
    private readonly budget: Budget,
  ) {}

  run(): Node[] {
    let at = 0
    TAG.lastIndex = 0
    for (let found = TAG.exec(this.source); found && this.budget.nodes > 0; found = TAG.exec(this.source)) {
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
    const [typed, slash, rawName = '', mark, value = ''] = found
    const name = rawName.toLowerCase()
    const end = found.index + typed.length
    const known = (PAIRED.has(name) || SINGLE.has(name)) && (mark !== ' ' || SPACED.has(name))
    if (slash) this.close(name, typed)
    else if (!known) this.text(typed)
    else if (SINGLE.has(name)) this.append(tag(name, value, typed))
    else if (this.stack.length > DEEPEST) this.text(typed)
    else if (name === 'code' || name === 'img' || (name === 'url' && !value)) return this.verbatim(name, value, typed, end)
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

  /** Inside [code], [img] and a bare [url] nothing is markup. */
  private verbatim(name: string, value: string, typed: string, start: number): number {
    const closing = new RegExp(`\\[/${name}\\]`, 'gi')
    closing.lastIndex = start
    const found = this.unclosable.has(name) ? null : closing.exec(this.source)
    if (!found) {
      this.unclosable.add(name)
      this.text(typed)
      return start
    }
    this.append(tag(name, value, typed, [{ kind: 'text', text: this.source.slice(start, found.index) }]))
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
    this.budget.nodes -= 1
    this.stack.at(-1)?.children.push(node)
  }
}

function tag(name: string, value: string, source: string, children: Node[] = []): TagNode {
  return { kind: 'tag', name, value, source, children }
}
