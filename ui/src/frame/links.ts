// Links in texts that lead into an application: they open over the page instead of in a window of their own.
import { router } from '@/router'
import { session } from '@/session'
import { pageOf } from './paths'

function onClick(event: MouseEvent): void {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a.rich-link') : null
  const url = link && URL.canParse(link.href) ? new URL(link.href) : null
  const page = url && isOurs(url) ? pageOf(url.pathname + url.search) : null
  if (!page?.meta.over) return
  event.preventDefault()
  void router.push(page)
}

/** The page may have been opened under another address than the portal's public one, which links bear. */
function isOurs({ origin }: URL): boolean {
  const portal = session.identity.value?.portal.url ?? ''
  return origin === location.origin || (URL.canParse(portal) && origin === new URL(portal).origin)
}

document.addEventListener('click', onClick)
