// The visitor's side of the chat: who I am, what I send, what comes back. Text only ever enters by textContent.

const IDENTITY = 'site-chat-visitor'
const OUTBOX = 'site-chat-outbox'
const $ = (id) => document.getElementById(id)

let me = load(IDENTITY, null) //   {id, key, name}, given by the server
let outbox = load(OUTBOX, []) //   [{key, text, time, failed, problem}], not yet taken by the server
let after = 0 //                   the version of the newest change that is shown
let posting = false
let unread = 0
const shown = new Map() //         key or id -> {message, element}

function load(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise
  } catch {
    return otherwise
  }
}

function save(name, value) {
  try {
    if (value === null) localStorage.removeItem(name)
    else localStorage.setItem(name, JSON.stringify(value))
  } catch {
    // private windows may refuse; the chat then lasts as long as the page
  }
}

async function api(path, body) {
  const options = { method: body ? 'POST' : 'GET', headers: {}, signal: AbortSignal.timeout(40_000) }
  if (me) options.headers.Authorization = `Bearer ${me.key}`
  if (body) {
    options.headers['Content-Type'] = 'application/json'
    options.body = JSON.stringify(body)
  }
  const response = await fetch(path, options)
  const answer = await response.json().catch(() => ({}))
  if (!response.ok) throw Object.assign(new Error(answer.error ?? 'Something went wrong.'), { status: response.status })
  return answer
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

// who I am

function enter() {
  $('start').hidden = Boolean(me)
  $('room').hidden = !me
  $(me ? 'text' : 'name').focus()
}

function forget() {
  me = null
  outbox = []
  after = 0
  save(IDENTITY, null)
  save(OUTBOX, null)
  shown.clear()
  $('messages').replaceChildren()
  $('empty').hidden = false
  enter()
}

$('start').addEventListener('submit', async (event) => {
  event.preventDefault()
  const button = event.target.querySelector('button')
  button.disabled = true
  $('start-error').textContent = ''
  try {
    me = await api('api/visitors', { name: $('name').value })
    save(IDENTITY, me)
    enter()
    poll()
  } catch (error) {
    $('start-error').textContent = error.status ? error.message : 'We cannot be reached just now. Please try again.'
  }
  button.disabled = false
})

// what I send

function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function submit() {
  const text = $('text').value.trim()
  if (!text) return
  $('text').value = ''
  grow()
  say(text)
}

function say(text) {
  outbox.push({ key: randomKey(), text, time: Math.floor(Date.now() / 1000), failed: false })
  post()
  scrollDown()
}

async function post() {
  save(OUTBOX, outbox)
  outbox.forEach(showOutgoing)
  if (posting) return
  posting = true
  for (let item; me && (item = outbox.find((one) => !one.failed)); ) {
    try {
      show(await api('api/messages', { key: item.key, text: item.text }))
      outbox = outbox.filter((one) => one !== item)
    } catch (error) {
      if (error.status === 401) {
        forget()
        break
      }
      item.failed = true
      item.problem = error.status ? error.message : ''
      showOutgoing(item)
    }
    save(OUTBOX, outbox)
  }
  posting = false
}

function put(text) {
  $('text').value = text
  grow()
  $('text').focus()
}

function showOutgoing(item) {
  if (shown.get(item.key)?.message.id) return
  show({ ...item, kind: 'visitor', state: item.failed ? 'failed' : 'queued', name: '', files: [] })
}

async function retry(message) {
  if (!message.id) {
    outbox.filter((item) => item.key === message.key).forEach((item) => (item.failed = false))
    return post()
  }
  try {
    show(await api(`api/messages/${message.id}/retry`, {}))
  } catch (error) {
    show({ ...message, problem: error.status ? error.message : '' })
  }
}

function grow() {
  const box = $('text')
  box.style.height = 'auto'
  box.style.height = `${box.scrollHeight + 2}px`
  const left = box.maxLength - box.value.length
  $('composer-hint').textContent = left < 200 ? `${left} characters left.` : 'Enter sends, Shift + Enter starts a new line.'
  $('composer-hint').classList.toggle('problem', left < 200)
}

$('text').addEventListener('input', grow)
$('text').addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
  event.preventDefault()
  submit()
})
$('composer').addEventListener('submit', (event) => {
  event.preventDefault()
  submit()
  $('text').focus()
})

// what comes back

async function poll() {
  const whose = me
  for (let failures = 0; me && me === whose; ) {
    try {
      const news = await api(`api/messages?after=${after}&wait=${document.hidden || failures ? 0 : 20}`)
      if (me !== whose) return
      after = news.after
      news.messages.forEach(show)
      if (failures) {
        outbox.forEach((item) => (item.failed = false))
        post()
      }
      failures = 0
    } catch (error) {
      if (error.status === 401) return forget()
      failures += 1
    }
    $('connection').classList.toggle('lost', failures > 1)
    const words = failures > 1 ? 'No connection. Trying again…' : 'Write to us, we answer right here.'
    if ($('connection').textContent !== words) $('connection').textContent = words
    // A hidden page asks now and then rather than hold a connection; a lost one is tried ever more slowly.
    if (failures) await pause(Math.min(1000 * 2 ** (failures - 1), 15_000))
    else if (document.hidden) await pause(4000)
    else await pause(100)
  }
}

const WORDS = { queued: 'Sending…', sent: 'Sent', failed: 'Not sent', deleted: 'This message was removed.' }

function make(tag, className, text = '') {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = text
  return element
}

function show(message) {
  const down = atBottom()
  const known = shown.get(message.key ?? message.id)
  const element = known?.element ?? make('li', '')
  fill(element, message)
  shown.set(message.key ?? message.id, { message, element })
  if (!known || known.message.id !== message.id) place(element, message)
  for (const item of [element.previousElementSibling, element, element.nextElementSibling]) if (item) group(item)
  $('empty').hidden = true
  if (known) return down && scrollDown()
  if (message.kind !== 'visitor' && after) notify(down)
  if (down) scrollDown()
}

/** Keep the order of the server; what it has not yet taken comes last. */
function place(element, message) {
  element.order = message.id ?? Infinity
  const items = [...$('messages').children].filter((item) => item !== element)
  $('messages').insertBefore(element, items.find((item) => item.order > element.order) ?? null)
}

/** One name above, and one time below, what somebody says in one go. */
function group(element) {
  const { previousElementSibling: before, nextElementSibling: next } = element
  element.classList.toggle('same', before?.who === element.who)
  const name = element.querySelector('.name')
  if (name) name.hidden = before?.who === element.who
  const ours = element.classList.contains('visitor')
  element.querySelector('.meta').hidden = !ours && next?.who === element.who && next.clock === element.clock
}

function fill(element, message) {
  const { kind, state } = message
  element.who = `${kind} ${message.name}`
  element.clock = clock(message.time)
  element.className = `message ${kind} ${state}`
  const parts = []
  if (kind === 'operator' && message.name) {
    parts.push(make('p', 'name', message.name))
  } else if (kind !== 'notice') {
    parts.push(make('span', 'unseen', kind === 'visitor' ? 'You:' : 'Answer:'))
  }
  const text = state === 'deleted' ? WORDS.deleted : message.text
  if (text) parts.push(make('p', 'bubble', text))
  if (message.files.length) parts.push(fileList(message.files))
  if (message.attach?.length) parts.push(attachmentOf(message.attach))
  if (message.keyboard?.length) parts.push(keyboardOf(message.keyboard, { say, put }))
  parts.push(meta(message))
  element.replaceChildren(...parts)
}

function fileList(files) {
  const list = make('ul', 'files')
  for (const { name, url } of files) {
    const link = make('a', '', name)
    link.href = /^https?:\/\//i.test(url) ? url : '#'
    link.target = '_blank'
    link.rel = 'noopener noreferrer'
    const item = make('li', '')
    item.append(link)
    list.append(item)
  }
  return list
}

function meta(message) {
  const line = make('p', 'meta')
  const time = make('time', '', clock(message.time))
  time.dateTime = new Date(message.time * 1000).toISOString()
  line.append(time)
  if (message.kind !== 'visitor') return line
  const saved = message.state === 'queued' && message.waiting
  line.append(make('span', 'status', saved ? 'Saved, will be sent soon' : WORDS[message.state]))
  if (message.problem) line.lastChild.textContent += `. ${message.problem}`
  if (message.state === 'failed') {
    const button = make('button', 'retry', 'Try again')
    button.type = 'button'
    button.addEventListener('click', () => retry(message))
    line.append(button)
  }
  return line
}

function clock(seconds) {
  const date = new Date(seconds * 1000)
  const time = { hour: '2-digit', minute: '2-digit' }
  const today = date.toDateString() === new Date().toDateString()
  return date.toLocaleString([], today ? time : { day: 'numeric', month: 'short', ...time })
}

// where I look

function atBottom() {
  const { scrollHeight, scrollTop, clientHeight } = $('log')
  return scrollHeight - scrollTop - clientHeight < 80
}

function scrollDown() {
  $('log').scrollTop = $('log').scrollHeight
  $('latest').hidden = true
}

function notify(down) {
  $('latest').hidden = down
  if (!document.hidden) return
  unread += 1
  document.title = `(${unread}) Chat with us`
}

$('latest').addEventListener('click', scrollDown)
$('log').addEventListener('scroll', () => atBottom() && ($('latest').hidden = true))
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return
  unread = 0
  document.title = 'Chat with us'
})

enter()
if (me) {
  outbox.forEach((item) => (item.failed = false))
  poll()
  post()
}
