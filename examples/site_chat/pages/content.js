// Attachments and buttons of a message as elements. Text only ever enters by textContent, addresses are checked again.

/** The rows of an attachment: titles, texts, links, and lines between them. */
function attachmentOf(rows) {
  const box = make('div', 'attachment')
  for (const { title, text, url, note } of rows) {
    if (!title && !text) {
      box.append(make('hr', ''))
      continue
    }
    const row = make('p', title ? 'row' : '')
    if (title) row.append(make('span', 'row-title', title))
    if (text) row.append(isWeb(url) ? linkOf(url, text) : make('span', '', text))
    if (note) row.append(make('span', 'row-note', note))
    box.append(row)
  }
  return box
}

/** The buttons under a message; `say` sends a text, `put` writes it into the field. */
function keyboardOf(buttons, { say, put }) {
  const box = make('div', 'keyboard')
  box.setAttribute('role', 'group')
  box.setAttribute('aria-label', 'Answers to choose from')
  for (const button of buttons) box.append(button.newline ? make('span', 'newline') : buttonOf(button, say, put))
  return box
}

function buttonOf(button, say, put) {
  if (isWeb(button.url) && !button.off) return linkOf(button.url, button.label, 'choice')
  if (button.call && !button.off) {
    const link = make('a', 'choice', button.label)
    link.href = `tel:${button.call.replace(/[^+0-9]/g, '')}`
    return link
  }
  const element = make('button', 'choice', button.label)
  element.type = 'button'
  element.disabled = Boolean(button.off)
  element.addEventListener('click', async () => {
    if (button.say) say(button.say)
    else if (button.put) put(button.put)
    else if (button.copy) {
      await navigator.clipboard?.writeText(button.copy).catch(() => {})
      element.textContent = `${button.label} ✓`
    }
  })
  return element
}

const isWeb = (url) => /^https?:\/\//i.test(url ?? '') && URL.canParse(url)

function linkOf(url, text, className = '') {
  const link = make('a', className, text)
  link.href = url
  link.target = '_blank'
  link.rel = 'noopener noreferrer'
  return link
}
