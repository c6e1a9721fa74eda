// What each command of an application's page does here.
import { api } from '@/api/methods'
import type { Person } from '@/api/types'
import { router } from '@/router'
import type { Frame } from './frames'
import type { Answer } from './host'
import { chatPage, pageOf } from './paths'
import { fullName, pickAccess, pickCrm, pickUsers } from './pickers'
import { applicationSlider, pageSlider, sliders } from './sliders'

type Params = Record<string, unknown>
type Handler = (frame: Frame, params: Params, answer: Answer) => void | Promise<void>

const WIDTHS = [100, 4_000] as const
const HEIGHTS = [50, 20_000] as const
const MAX_TITLE = 200
const ESTIMATES = 'quote' // asked for and answered, though there are none here
const CRM_TYPES = ['lead', 'contact', 'company', 'deal', ESTIMATES]

const HANDLERS: Record<string, Handler> = {
  /** A page may ask again, when it was loaded anew in its frame; by then its tokens have less time left. */
  getInitData({ opening: { context, grantedAt } }, _, answer) {
    const passed = Math.floor((Date.now() - grantedAt) / 1000)
    answer({ ...context, AUTH_EXPIRES: Math.max(0, context.AUTH_EXPIRES - passed) })
  },

  setInstall: (_frame, _params, answer) => answer(),

  async setInstallFinish({ opening, reopen }, _, answer) {
    if (!opening.context.INSTALL) return answer()
    await api.finishInstallation(opening.app.id)
    answer()
    reopen()
  },

  async refreshAuth({ opening }, _, answer) {
    try {
      const tokens = await api.refreshApp(opening.app.id)
      Object.assign(opening.context, tokens)
      opening.grantedAt = Date.now()
      answer(tokens)
    } catch {
      answer()
    }
  },

  async setAppOption({ opening: { app, context } }, { name, value }, answer) {
    if (typeof name !== 'string' || !name) return
    await api.setAppOption(app.id, name, value)
    context.APP_OPTIONS = { ...context.APP_OPTIONS, [name]: value }
    answer(context.APP_OPTIONS)
  },

  async setUserOption({ opening: { app, context } }, { name, value }, answer) {
    if (typeof name !== 'string' || !name) return
    await api.setUserOption(app.id, name, value)
    context.USER_OPTIONS = { ...context.USER_OPTIONS, [name]: value }
    answer(context.USER_OPTIONS)
  },

  resizeWindow(frame, { width, height }, answer) {
    const [wide, high] = [within(WIDTHS, width), within(HEIGHTS, height)]
    if (high !== null) frame.resize(width === '100%' || wide === null ? '100%' : `${wide}px`, high)
    answer()
  },

  reloadWindow(frame, _, answer) {
    answer()
    frame.reopen()
  },

  setTitle(frame, { title }, answer) {
    frame.setTitle(String(title ?? '').slice(0, MAX_TITLE))
    answer()
  },

  setScroll(frame, { scroll }, answer) {
    frame.scrollTo(within([0, HEIGHTS[1]], scroll) ?? 0)
    answer()
  },

  openApplication({ key, opening }, params, answer) {
    const slider = applicationSlider(opening.app.id, params)
    sliders.open({ ...slider, title: slider.title || opening.title, owner: key, closed: () => answer() })
  },

  closeApplication(frame, _, answer) {
    answer()
    frame.close()
  },

  openPath({ key }, { path }, answer) {
    const page = typeof path === 'string' ? pageOf(path) : null
    if (!page) return answer({ result: 'error', errorCode: 'PATH_NOT_AVAILABLE' })
    sliders.open({ ...pageSlider(page), owner: key, closed: () => answer({ result: 'close' }) })
  },

  async imOpenMessenger(frame, { dialogId }, answer) {
    answer()
    await openChat(frame, dialogId)
  },

  async imOpenHistory(frame, { dialogId }, answer) {
    answer()
    await openChat(frame, dialogId)
  },

  selectUser(_, { mult }, answer) {
    pickUsers(mult === true, (people) => {
      const chosen = people.map(selected)
      answer(mult === true ? chosen : chosen[0])
    })
  },

  selectAccess(_, { value }, answer) {
    const blocked = Array.isArray(value) ? value.map(String) : []
    pickAccess(blocked, (choices) => answer(choices.map(({ id, name }) => ({ id, name }))))
  },

  selectCRM(_, { entityType, multiple, value }, answer) {
    const asked = Array.isArray(entityType) ? CRM_TYPES.filter((type) => entityType.includes(type)) : CRM_TYPES
    const several = multiple === true
    pickCrm(asked.filter((type) => type !== ESTIMATES), several ? chosenBefore(asked, value) : [], several, (objects) => {
      const told = objects.map((one) => ({ ...one, place: one.type }))
      answer(Object.fromEntries(asked.map((type) => [type, told.filter((one) => one.type === type)])))
    })
  },

  showAppForm: (_frame, _params, answer) => answer(),

  /** The placements of these pages have neither commands nor events of their own. */
  getInterface: (_frame, _params, answer) => answer({ command: [], event: [] }),
}

/** Runs a command; an unknown one, or one that fails, ends in silence. */
export async function run(frame: Frame, method: string, params: unknown, answer: Answer): Promise<void> {
  if (!Object.hasOwn(HANDLERS, method)) return
  const given = typeof params === 'object' && params !== null && !Array.isArray(params) ? (params as Params) : {}
  try {
    await HANDLERS[method]?.(frame, given, answer)
  } catch (thrown) {
    console.warn(`${method} of ${frame.opening.app.name}:`, thrown)
  }
}

/** Ids by type, as numbers or as they are answered: `L_5`. */
function chosenBefore(types: readonly string[], value: unknown): { type: string; ids: number[] }[] {
  const given = typeof value === 'object' && value !== null ? (value as Params) : {}
  return types.flatMap((type) => {
    const listed = given[type]
    const ids = (Array.isArray(listed) ? listed : []).map((id) => Number(String(id).replace(/^[A-Z]+_/, '')))
    const real = ids.filter((id) => Number.isSafeInteger(id) && id > 0)
    return real.length && type !== ESTIMATES ? [{ type, ids: real }] : []
  })
}

function within([least, most]: readonly [number, number], value: unknown): number | null {
  const number = Number.parseInt(String(value), 10)
  return Number.isNaN(number) ? null : Math.min(Math.max(number, least), most)
}

async function openChat({ key }: Frame, dialogId: unknown): Promise<void> {
  const asked = String(dialogId ?? '')
  const page = asked ? chatPage(await chatOf(asked)) : { name: 'inbox' }
  if (page) sliders.open({ ...pageSlider(router.resolve(page)), owner: key })
}

/** A dialog of a line may be named by its session or by its user code. */
async function chatOf(dialogId: string): Promise<string> {
  if (!dialogId.startsWith('imol|')) return dialogId
  const code = dialogId.slice('imol|'.length)
  const { dialog_id: found } = await api.dialogOf(/^\d+$/.test(code) ? { SESSION_ID: code } : { USER_CODE: code })
  return found
}

const selected = (person: Person) => ({
  id: Number(person.ID),
  name: fullName(person),
  photo: person.PERSONAL_PHOTO ?? '',
  position: person.WORK_POSITION ?? '',
  url: `/company/personal/user/${person.ID}/`,
})
