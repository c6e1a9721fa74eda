// Which page of ours an application means by a path within the portal.
import type { RouteLocationRaw, RouteLocationResolved } from 'vue-router'
import { router } from '@/router'
import { session } from '@/session'

type Known = readonly [pattern: RegExp, page: (match: RegExpExecArray, query: URLSearchParams) => RouteLocationRaw]

const CHAT = /^chat(\d+)$/

/** The documented paths of pages that exist here under addresses of our own. */
const KNOWN: readonly Known[] = [
  [/^\/online\/?$/, (_, query) => chatPage(query.get('IM_DIALOG') ?? '') ?? { name: 'inbox' }],
  [
    /^\/contact_center\/connector\/?$/,
    (_, query) => ({ path: `/contact-center/${query.get('ID') ?? ''}/${query.get('LINE') ?? ''}` }),
  ],
  [/^\/contact_center\/?$/, () => ({ name: 'contact-center' })],
  [/^\/marketplace\/app\/(\d+)\/?$/, ([, app = '']) => ({ name: 'application', params: { app } })],
  [
    /^\/marketplace\/view\/([\w.-]+)\/?$/,
    ([, client = ''], query) => ({ name: 'application-link', params: { client }, query: Object.fromEntries(query) }),
  ],
]

/** The page of a chat by the id that the messenger uses, or null. */
export function chatPage(dialogId: string): RouteLocationRaw | null {
  const id = CHAT.exec(dialogId)?.[1]
  return id ? { name: 'chat', params: { id } } : null
}

/** The page behind a path, or null where there is none, or none for this person. */
export function pageOf(path: string): RouteLocationResolved | null {
  const url = URL.canParse(path, location.origin) ? new URL(path, location.origin) : null
  if (!path.startsWith('/') || url?.origin !== location.origin) return null
  const page = router.resolve(routeOf(url))
  const hidden = page.meta.section !== 'inbox' && !session.isAdmin
  return page.meta.section && !hidden ? page : null
}

function routeOf(url: URL): RouteLocationRaw {
  for (const [pattern, page] of KNOWN) {
    const match = pattern.exec(url.pathname)
    if (match) return page(match, url.searchParams)
  }
  const base = import.meta.env.BASE_URL
  return { path: url.pathname.startsWith(base) ? `/${url.pathname.slice(base.length)}` : '/nowhere' }
}
