// The dialogs in which people choose something for an application, one at a time.
import { shallowRef } from 'vue'
import { api } from '@/api/methods'
import type { CrmChoice, Department, Person, PresenceState } from '@/api/types'
import { texts } from '@/texts'

export interface Choice {
  id: string
  name: string
  note: string
  picture?: string
  /** Whether the person is there, where that matters. */
  presence?: PresenceState
}

/** A question to the person at the page. */
export interface Picker {
  title: string
  multiple: boolean
  /** What to say where there is nothing to choose from. */
  empty: { title: string; text?: string }
  search: (text: string) => Promise<Choice[]>
  /** What is chosen when the dialog opens. */
  initial?: () => Promise<Choice[]>
  /** Called with the choice; not at all when the dialog is closed without one. */
  chosen: (choices: Choice[]) => void
}

export const picker = shallowRef<Picker | null>(null)

const nobody = { title: texts.pickers.nobody }

export function pickUsers(multiple: boolean, chosen: (people: Person[]) => void): void {
  const seen = new Map<string, Person>()
  picker.value = {
    title: multiple ? texts.pickers.users : texts.pickers.user,
    multiple,
    empty: nobody,
    async search(text) {
      const people = await api.people(text)
      for (const person of people) seen.set(person.ID, person)
      return people.map((person) => choiceOf(person, person.ID))
    },
    chosen: (choices) => chosen(choices.flatMap(({ id }) => seen.get(id) ?? [])),
  }
}

/** Access codes: everybody, departments with those below them, single people; what is blocked cannot be chosen. */
export function pickAccess(blocked: readonly string[], chosen: (choices: Choice[]) => void): void {
  picker.value = {
    title: texts.pickers.access,
    multiple: true,
    empty: nobody,
    async search(text) {
      const wanted = text.toLowerCase()
      const [people, departments] = await Promise.all([api.people(text), listDepartments()])
      const groups = [
        { id: 'AU', name: texts.pickers.everybody, note: '' },
        ...departments.map(({ ID, NAME }) => ({ id: `DR${ID}`, name: NAME, note: texts.pickers.department })),
      ].filter(({ name }) => name.toLowerCase().includes(wanted))
      const choices = [...groups, ...people.map((person) => choiceOf(person, `U${person.ID}`))]
      return choices.filter(({ id }) => !blocked.includes(id))
    },
    chosen,
  }
}

/** Leads, deals, contacts and companies, of the types that are asked for; `before` are chosen already. */
export function pickCrm(
  types: readonly string[],
  before: readonly { type: string; ids: readonly number[] }[],
  multiple: boolean,
  chosen: (objects: CrmChoice[]) => void,
): void {
  const seen = new Map<string, CrmChoice>()
  const shown = (objects: CrmChoice[]): Choice[] => {
    for (const one of objects) seen.set(one.id, one)
    return objects.map(({ id, type, title, desc, image }) => {
      const kind = texts.pickers.crmTypes[type] ?? type
      return { id, name: title, note: desc ? `${kind}, ${desc}` : kind, picture: image }
    })
  }
  picker.value = {
    title: multiple ? texts.pickers.crmSeveral : texts.pickers.crm,
    multiple,
    empty: { title: texts.pickers.noCrm, text: texts.pickers.noCrmText },
    search: async (text) => (types.length ? shown(await api.crmObjects(types, text)) : []),
    async initial() {
      const known = await Promise.all(before.map(({ type, ids }) => api.crmObjectsOf(type, ids)))
      return shown(known.flat())
    },
    chosen: (choices) => chosen(choices.flatMap(({ id }) => seen.get(id) ?? [])),
  }
}

export const fullName = (person: Person): string =>
  [person.NAME, person.LAST_NAME].filter(Boolean).join(' ') || person.EMAIL || texts.pickers.unnamed(person.ID)

/** Not every portal has departments, and access to it can be given without them. */
const listDepartments = (): Promise<Department[]> => api.departments().catch(() => [])

const choiceOf = (person: Person, id: string): Choice => ({
  id,
  name: fullName(person),
  note: person.WORK_POSITION ?? '',
  picture: person.PERSONAL_PHOTO,
})
