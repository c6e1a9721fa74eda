// window.BX24 for pages of applications inside the portal: served at /api/v1/ as it stands here.
(() => {
  'use strict'

  if (window.BX24) return

  // ---- The portal around the page -----------------------------------------------------------------------------

  /** The frame's name says who holds it, `host[:port]|1 or 0|id of the frame`; so does the first page's query. */
  function findPortal() {
    const [host, secure, sid] = window.name.split('|')
    if (sid) return { host: bare(host), secure: secure === '1', sid }
    const query = new URLSearchParams(location.search)
    const told = (name) => query.get(name) ?? ''
    return { host: bare(told('DOMAIN')), secure: told('PROTOCOL') === '1', sid: told('APP_SID') }
  }

  const bare = (host) => host.replace(/:(80|443)$/, '')
  const portal = findPortal()
  const origin = `${portal.secure ? 'https' : 'http'}://${portal.host}`
  const isFramed = Boolean(portal.host && portal.sid) && window.parent !== window

  // ---- Messages: `command:json:callback:sid` out, `callback:json` in ------------------------------------------

  const waiting = new Map()
  let counter = 0

  /** Says a command to the portal's page; the callback is called once, or every time for a subscription. */
  function tell(method, params, callback, lasting = false) {
    if (!isFramed) return
    const id = typeof callback === 'function' ? `bx24_${++counter}_${Math.random().toString(36).slice(2)}` : ''
    if (id) waiting.set(id, { callback, lasting })
    const message = method.includes(':')
      ? { method, params: params ?? '', callback: id, appSid: portal.sid }
      : [method, params === undefined || params === null ? '' : JSON.stringify(params), id, portal.sid].join(':')
    window.parent.postMessage(message, origin)
  }

  function hear(event) {
    if (event.source !== window.parent || event.origin !== origin || typeof event.data !== 'string') return
    const end = event.data.indexOf(':')
    const id = end < 0 ? event.data : event.data.slice(0, end)
    const entry = waiting.get(id)
    if (!entry) return
    const text = end < 0 ? '' : event.data.slice(end + 1)
    let payload
    try {
      payload = text ? JSON.parse(text) : undefined
    } catch {
      return
    }
    if (!entry.lasting) waiting.delete(id)
    entry.callback(payload)
  }

  // ---- Start: what the portal tells, the first run, and who waits for it --------------------------------------

  const state = { known: false, ready: false, installing: false, data: {}, expires: 0 }
  const onKnown = []
  const onInit = []
  const onInstall = []

  function start(data) {
    if (!data || state.known) return
    state.known = true
    state.data = {
      ...data,
      APP_OPTIONS: { ...data.APP_OPTIONS },
      USER_OPTIONS: { ...data.USER_OPTIONS },
      PLACEMENT_OPTIONS: data.PLACEMENT_OPTIONS ?? {},
    }
    keepTokens(data)
    onKnown.splice(0).forEach(guarded)
    // Handlers of the first run are registered by scripts further down the page.
    whenParsed(begin)
  }

  /** Calls and commands need what the portal told; they do not wait for the first run to be over. */
  function whenKnown(handler) {
    if (state.known) handler()
    else onKnown.push(handler)
  }

  function keepTokens(data) {
    state.data.AUTH_ID = data.AUTH_ID
    state.data.REFRESH_ID = data.REFRESH_ID
    state.expires = Date.now() + Number.parseInt(data.AUTH_EXPIRES, 10) * 1000
  }

  function begin() {
    if (!state.data.FIRST_RUN || onInstall.length === 0) return ready()
    state.installing = true
    tell('setInstall', { install: true })
    onInstall.splice(0).forEach(runInstaller)
  }

  function runInstaller(handler) {
    if (typeof handler === 'function') handler()
    else loadScript(handler, installFinish)
  }

  function ready() {
    if (state.ready) return
    state.ready = true
    state.installing = false
    onInit.splice(0).forEach(guarded)
  }

  /** One handler that fails must not keep the others from running. */
  function guarded(handler) {
    try {
      handler()
    } catch (error) {
      setTimeout(() => {
        throw error
      })
    }
  }

  function init(handler) {
    if (typeof handler !== 'function') return
    if (state.ready) handler()
    else onInit.push(handler)
  }

  function install(handler) {
    if (state.installing) runInstaller(handler)
    else if (!state.ready) onInstall.push(handler)
  }

  function installFinish() {
    if (state.data.INSTALL) {
      tell('setInstallFinish', {})
    } else if (state.installing) {
      tell('setInstall', { install: false })
      ready()
    }
  }

  // ---- Tokens --------------------------------------------------------------------------------------------------

  function getAuth() {
    if (!state.known || !state.data.AUTH_ID || state.expires <= Date.now()) return false
    return {
      access_token: state.data.AUTH_ID,
      refresh_token: state.data.REFRESH_ID,
      expires_in: state.expires,
      domain: getDomain(),
      member_id: state.data.MEMBER_ID,
    }
  }

  const PATIENCE_MS = 10_000
  let refreshing = null

  /** Asks the portal's page for fresh tokens; who asks meanwhile gets the same answer. */
  function renew() {
    refreshing ??= new Promise((resolve) => {
      setTimeout(() => resolve(false), PATIENCE_MS)
      tell('refreshAuth', {}, (data) => {
        if (data?.AUTH_ID) keepTokens(data)
        resolve(Boolean(data?.AUTH_ID))
      })
    }).finally(() => (refreshing = null))
    return refreshing
  }

  function refreshAuth(callback) {
    whenKnown(() => void renew().then(() => callback?.(getAuth())))
  }

  // ---- Calls ---------------------------------------------------------------------------------------------------

  const isNode = (value) => typeof Element !== 'undefined' && value instanceof Element
  const isBlob = (value) => typeof Blob !== 'undefined' && value instanceof Blob

  const readBase64 = (file) =>
    new Promise((resolve, reject) => {
      const reader = new FileReader()
      reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''))
      reader.onerror = () => reject(reader.error)
      reader.readAsDataURL(file)
    })

  async function fileOf(file) {
    return [file.name ?? 'file', await readBase64(file)]
  }

  async function valueOf(field) {
    if (field.type === 'file') {
      const files = await Promise.all([...field.files].map(fileOf))
      return field.multiple ? files : (files[0] ?? '')
    }
    if (field.type === 'checkbox' || field.type === 'radio') return field.checked ? field.value : ''
    if (field.type === 'select-multiple') return [...field.selectedOptions].map((option) => option.value)
    return field.value ?? ''
  }

  /** Puts values in the place of form fields and files. */
  async function settle(value) {
    if (isNode(value)) return valueOf(value)
    if (isBlob(value)) return fileOf(value)
    if (Array.isArray(value)) return Promise.all(value.map(settle))
    if (value && typeof value === 'object' && !(value instanceof Date)) {
      const entries = await Promise.all(Object.entries(value).map(async ([name, item]) => [name, await settle(item)]))
      return Object.fromEntries(entries)
    }
    return value
  }

  const isPlain = (value) => value === null || typeof value !== 'object' || value instanceof Date

  function textOf(value) {
    if (value === null) return ''
    if (typeof value === 'boolean') return value ? '1' : '0'
    return value instanceof Date ? value.toISOString() : String(value)
  }

  function addPairs(pairs, name, value) {
    if (value === undefined || typeof value === 'function') return
    if (isPlain(value)) {
      pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(textOf(value))}`)
      return
    }
    const entries = Object.entries(value)
    if (entries.length === 0) pairs.push(`${encodeURIComponent(name)}=`)
    for (const [key, item] of entries) addPairs(pairs, name ? `${name}[${key}]` : key, item)
  }

  /** The form that PHP reads back as the same nested value. */
  function encode(params) {
    const pairs = []
    for (const [name, value] of Object.entries(params ?? {})) addPairs(pairs, name, value)
    return pairs.join('&')
  }

  class CallError {
    constructor(status, answer) {
      this.status = status
      this.ex = { error: answer.error, error_description: answer.error_description ?? '' }
    }

    getError() {
      return this.ex
    }

    getStatus() {
      return this.status
    }

    toString() {
      const { error, error_description: description } = this.ex
      return description ? `${error}: ${description}` : String(error)
    }
  }

  class CallResult {
    constructor(answer, query, status) {
      this.answer = answer
      this.query = query
      this.status = status
    }

    data() {
      return this.answer.result
    }

    error() {
      return this.answer.error ? new CallError(this.status, this.answer) : undefined
    }

    error_description() {
      return this.answer.error ? this.answer.error_description : undefined
    }

    more() {
      return this.answer.next !== undefined && this.answer.next !== null
    }

    total() {
      return Number.parseInt(this.answer.total, 10)
    }

    time() {
      return this.answer.time
    }

    next(callback) {
      if (!this.more()) return false
      const { method, params, callback: former } = this.query
      return send(method, { ...params, start: this.answer.next }, callback ?? former)
    }
  }

  function readAnswer(request) {
    try {
      const answer = JSON.parse(request.responseText)
      if (answer && typeof answer === 'object') return answer
    } catch {
      // What is no JSON is told as a failure below.
    }
    return { error: request.status ? 'ERROR_BAD_ANSWER' : 'ERROR_NETWORK', error_description: request.statusText }
  }

  /** Sends one request; an expired token is renewed and the request sent once more. */
  function post(request, method, params, done, again) {
    const path = (state.data.PATH ?? '/rest').replace(/\/$/, '')
    request.open('POST', `${origin}${path}/${encodeURIComponent(method)}`)
    request.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded; charset=UTF-8')
    request.onloadend = async () => {
      const answer = readAnswer(request)
      if (answer.error === 'expired_token' && again && (await renew())) post(request, method, params, done, false)
      else done(answer, request.status)
    }
    request.send(encode({ ...params, auth: state.data.AUTH_ID }))
  }

  /** Calls a method once there are tokens; returns the request. */
  function send(method, params, callback) {
    const request = new XMLHttpRequest()
    const query = { method, params: params ?? {}, callback }
    const done = (answer, status) => callback?.(new CallResult(answer, query, status))
    whenKnown(async () => {
      const settled = await settle(query.params).catch((error) => error)
      if (settled instanceof Error) return done({ error: 'ERROR_FILE', error_description: settled.message }, 0)
      if (!getAuth()) await renew()
      post(request, method, settled, done, true)
    })
    return request
  }

  function callMethod(method, params, callback) {
    if (typeof params === 'function') return callMethod(method, {}, params)
    send(method, params, callback)
  }

  const commandOf = (call) => {
    if (typeof call === 'string') return { method: call, params: {} }
    const [method, params] = Array.isArray(call) ? call : [call.method, call.params]
    return { method, params: params ?? {} }
  }

  /** What a batch answered for one of its commands, in the shape of a call's own answer. */
  function answerOf(answer, key) {
    if (answer.error) return answer
    const of = (part) => answer.result?.[part]?.[key]
    const failure = of('result_error')
    if (failure) return typeof failure === 'object' ? failure : { error: failure }
    return { result: of('result'), total: of('result_total'), next: of('result_next'), time: of('result_time') }
  }

  function callBatch(calls, callback, halt) {
    whenKnown(async () => {
      const keys = Object.keys(calls)
      const commands = Object.fromEntries(keys.map((key) => [key, commandOf(calls[key])]))
      const cmd = {}
      for (const key of keys) {
        const query = encode(await settle(commands[key].params).catch(() => ({})))
        cmd[key] = query ? `${commands[key].method}?${query}` : commands[key].method
      }
      send('batch', { halt: halt ? 1 : 0, cmd }, ({ answer, status }) => {
        const results = Array.isArray(calls) ? [] : {}
        for (const key of keys) results[key] = new CallResult(answerOf(answer, key), commands[key], status)
        callback?.(results)
      })
    })
  }

  /** event.bind and event.unbind; the third argument may be the callback. */
  function subscription(method) {
    return (event, handler, authType, callback) => {
      if (typeof authType === 'function') return callMethod(method, { event, handler }, authType)
      callMethod(method, { event, handler, auth_type: authType ?? undefined }, callback)
    }
  }

  // ---- The portal's page: window, dialogs, placement ----------------------------------------------------------

  /** A command to the page that waits until the portal has told who the page is. */
  const say = (method, params, callback, lasting) => whenKnown(() => tell(method, params, callback, lasting))

  function resizeWindow(width, height, callback) {
    const high = Number.parseInt(height, 10)
    const wide = width === '100%' ? width : Number.parseInt(width, 10) || 100
    if (high > 0) say('resizeWindow', { width: wide, height: high }, callback)
  }

  function getScrollSize() {
    const { body, documentElement: page } = document
    const most = (name) => Math.max(body?.[name] ?? 0, page[name] ?? 0)
    return {
      scrollWidth: Math.max(most('scrollWidth'), most('offsetWidth')),
      scrollHeight: Math.max(most('scrollHeight'), most('offsetHeight')),
    }
  }

  function scrollParentWindow(scroll, callback) {
    const top = Number.parseInt(scroll, 10)
    if (!Number.isNaN(top)) say('setScroll', { scroll: Math.max(top, 0) }, callback)
  }

  function openApplication(params, onClose, settings) {
    if (typeof params === 'function') return openApplication({}, params, onClose)
    const prefixed = Object.entries(settings ?? {}).map(([name, value]) => [`bx24_${name}`, value])
    say('openApplication', { ...params, ...Object.fromEntries(prefixed) }, onClose)
  }

  const lastFunction = (values) => values.filter((value) => typeof value === 'function').at(-1)
  const firstValue = (values) => values.find((value) => typeof value === 'object' && value !== null)

  const selectUser = (...values) => say('selectUser', { mult: false }, lastFunction(values))
  const selectUsers = (...values) => say('selectUser', { mult: true }, lastFunction(values))
  const selectAccess = (...values) => say('selectAccess', { value: firstValue(values) ?? [] }, lastFunction(values))
  const selectCRM = (...values) => say('selectCRM', firstValue(values) ?? {}, lastFunction(values))

  /** Options of one kind: read from what is known, written to the portal, at once visible here. */
  const options = (kept, command) => ({
    get: (name) => (Object.hasOwn(state.data[kept] ?? {}, name) ? state.data[kept][name] : undefined),
    set(name, value, callback) {
      whenKnown(() => {
        state.data[kept][name] = value
        tell(command, { name, value }, callback)
      })
    },
  })

  const placement = {
    info: () => ({ placement: state.data.PLACEMENT || 'DEFAULT', options: state.data.PLACEMENT_OPTIONS ?? {} }),
    getInterface: (callback) => say('getInterface', {}, callback),
    bindEvent: (event, callback) => say('placementBindEvent', { event }, callback, true),
    call(command, params, callback) {
      if (typeof params === 'function') return placement.call(command, {}, params)
      say(command, params, callback)
    },
  }

  // ---- The application's own page -----------------------------------------------------------------------------

  const isReady = () => document.readyState !== 'loading'

  function whenParsed(handler) {
    if (isReady()) handler()
    else document.addEventListener('DOMContentLoaded', () => handler(), { once: true })
  }

  function loadScript(scripts, callback) {
    const [first, ...others] = [scripts].flat()
    if (first === undefined) return void callback?.()
    whenParsed(() => {
      const element = document.createElement('script')
      element.src = first
      element.onload = element.onerror = () => loadScript(others, callback)
      document.head.append(element)
    })
  }

  const SPELLINGS = {
    mousewheel: ['DOMMouseScroll'],
    transitionend: ['webkitTransitionEnd', 'msTransitionEnd', 'oTransitionEnd'],
  }
  const spellings = (name) => [name, ...(SPELLINGS[name] ?? [])]

  function bind(element, name, handler) {
    for (const each of spellings(name)) element.addEventListener(each, handler)
  }

  function unbind(element, name, handler) {
    for (const each of spellings(name)) element.removeEventListener(each, handler)
  }

  const proxies = new WeakMap()
  let context = null

  /** The same function for the same pair; what it was called on is known to proxyContext meanwhile. */
  function proxy(handler, target) {
    if (!proxies.has(handler)) proxies.set(handler, new Map())
    const made = proxies.get(handler)
    if (!made.has(target)) {
      made.set(target, function proxied(...values) {
        const outer = context
        context = this ?? null
        try {
          return handler.apply(target, values)
        } finally {
          context = outer
        }
      })
    }
    return made.get(target)
  }

  const getDomain = () => portal.host || bare(state.data.DOMAIN ?? '')

  window.BX24 = {
    init,
    install,
    installFinish,
    getAuth,
    refreshAuth,
    isAdmin: () => Boolean(state.data.IS_ADMIN),
    getLang: () => state.data.LANG ?? '',
    getDomain,
    callMethod,
    callBatch,
    callBind: subscription('event.bind'),
    callUnbind: subscription('event.unbind'),
    userOption: options('USER_OPTIONS', 'setUserOption'),
    appOption: options('APP_OPTIONS', 'setAppOption'),
    placement,
    resizeWindow,
    fitWindow: (callback) => resizeWindow('100%', getScrollSize().scrollHeight, callback),
    getScrollSize,
    reloadWindow: (callback) => say('reloadWindow', {}, callback),
    setTitle: (title, callback) => say('setTitle', { title: String(title) }, callback),
    scrollParentWindow,
    openApplication,
    closeApplication: (callback) => say('closeApplication', {}, callback),
    openPath: (path, callback) => say('openPath', { path }, callback),
    im: {
      openMessenger: (dialogId) => say('imOpenMessenger', { dialogId }),
      openHistory: (dialogId) => say('imOpenHistory', { dialogId }),
      callTo: (userId, video = true) => say('imCallTo', { userId, video }),
      phoneTo: (phone) => say('imPhoneTo', { phone }),
    },
    selectUser,
    selectUsers,
    selectAccess,
    selectCRM,
    ready: (handler) => (typeof handler === 'function' ? whenParsed(handler) : undefined),
    isReady,
    proxy,
    proxyContext: () => context,
    bind,
    unbind,
    loadScript,
  }

  window.addEventListener('message', hear)
  if (isFramed) tell('getInitData', {}, start)
  else console.warn('BX24: this page is not inside a portal, so nothing will be answered.')
})()
