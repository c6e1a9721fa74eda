// What buttons and entries of menus do when they are pressed.
import { router } from '@/router'
import type { Deeds } from './deeds'
import type { Deed } from './model'

/** Where it leads, when it is no more than a link. */
export const hrefOf = (deed: Deed): string | null => ('href' in deed ? deed.href : null)

/** Does it; tells whether that worked. */
export async function perform(deed: Deed, deeds: Deeds): Promise<boolean> {
  switch (deed.does) {
    case 'command':
      return deeds.command(deed.bot, deed.command, deed.params)
    case 'send':
      if (deeds.trusted()) deeds.send(deed.text)
      else deeds.put(deed.text)
      return true
    case 'put':
      deeds.put(deed.text)
      return true
    case 'copy':
      deeds.copy(deed.text)
      return true
    case 'app':
      deeds.openApp(deed.app, deed.params)
      return true
    case 'dialog':
      await router.push({ name: 'chat', params: { id: deed.chat } })
      return true
    case 'open':
    case 'call':
      window.open(deed.href, deed.does === 'open' ? '_blank' : '_self', 'noopener,noreferrer')
      return true
    case 'nothing':
      return false
  }
}
