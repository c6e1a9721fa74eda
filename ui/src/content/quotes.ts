// Quotes that are written by lines: `>>` before each of them, or a rule of dashes above and below.

const MARKED = /^>>|^[ \t]*-{6,}[ \t]*$/m
const RULE = /^[ \t]*-{6,}[ \t]*$/
const MOST_PARTS = 500
const CODE = /\[(\/?)code\]/gi

export interface Part {
  quoted: boolean
  text: string
}

interface Line {
  text: string
  kind: 'plain' | 'marked' | 'rule'
}

/** Takes a text apart into what is quoted and what is not. */
export function quotedParts(source: string): Part[] {
  if (!MARKED.test(source)) return [{ quoted: false, text: source }]
  const parts: Part[] = []
  let inRules = false
  const lines = readLines(source)
  const rules = lines.filter((line) => line.kind === 'rule').length
  let left = rules - (rules % 2)
  for (const line of lines) {
    if (line.kind === 'rule' && left > 0) {
      left -= 1
      inRules = !inRules
      if (inRules) parts.push({ quoted: true, text: '' })
      continue
    }
    const quoted = inRules || line.kind === 'marked'
    add(parts, quoted, line.kind === 'marked' && !inRules ? line.text.replace(/^>>[ \t]?/, '') : line.text)
  }
  return parts.filter((part) => part.text)
}

/** Lines of one kind stand together; when there are too many changes, the rest is not quoted. */
function add(parts: Part[], quoted: boolean, text: string): void {
  const last = parts.at(-1)
  if (last && (last.quoted === quoted || parts.length >= MOST_PARTS)) last.text += last.text ? `\n${text}` : text
  else parts.push({ quoted, text })
}

/** What stands in code quotes nothing. */
function readLines(source: string): Line[] {
  let inCode = false
  return source.split('\n').map((text) => {
    const quotes = !inCode
    for (const found of text.matchAll(CODE)) inCode = !found[1]
    if (!quotes) return { text, kind: 'plain' }
    return { text, kind: text.startsWith('>>') ? 'marked' : RULE.test(text) ? 'rule' : 'plain' }
  })
}
