// Names of the people and departments that a line's settings speak of.
import { shallowReactive } from 'vue'
import { api } from '@/api/methods'
import type { QueueItem } from '@/api/types'
import { fullName, picker, type Choice } from '@/frame/pickers'
import { lines as words } from './texts'

const PAGE = 50

const people = shallowReactive(new Map<string, string>())
const departments = shallowReactive(new Map<string, string>())

/** Learns names; those of people who are gone stay unknown. */
export async function learnNames(items: readonly QueueItem[]): Promise<void> {
  const unknown = [...new Set(items.filter((item) => item.ENTITY_TYPE === 'user').map((item) => item.ENTITY_ID))]
  for (let at = 0; at < unknown.length; at += PAGE) {
    for (const person of await api.peopleById(unknown.slice(at, at + PAGE))) people.set(person.ID, fullName(person))
  }
  if (items.some((item) => item.ENTITY_TYPE === 'department')) await listDepartments()
}

async function listDepartments(): Promise<void> {
  for (const { ID, NAME } of await api.departments()) departments.set(ID, NAME)
}

export const nameOf = ({ ENTITY_TYPE, ENTITY_ID }: QueueItem): string =>
  ENTITY_TYPE === 'user'
    ? (people.get(ENTITY_ID) ?? words.queue.person(ENTITY_ID))
    : (departments.get(ENTITY_ID) ?? words.queue.someDepartment(ENTITY_ID))

const codeOf = ({ ENTITY_TYPE, ENTITY_ID }: QueueItem): string => `${ENTITY_TYPE}${ENTITY_ID}`

/** Asks for people, and where they may stand in a queue for departments too, who are not among `present`. */
export function pickMore(present: readonly QueueItem[], groups: boolean, chosen: (items: QueueItem[]) => void): void {
  const taken = new Set(present.map(codeOf))
  const items = new Map<string, QueueItem>()
  const choice = (item: QueueItem, name: string, note: string, picture?: string): Choice => {
    items.set(codeOf(item), item)
    return { id: codeOf(item), name, note, picture }
  }
  picker.value = {
    title: groups ? words.queue.pickTitle : words.queue.pickPeople,
    multiple: true,
    empty: { title: words.queue.everybodyHere },
    async search(text) {
      const wanted = text.toLowerCase()
      const [found] = await Promise.all([api.people(text), groups ? listDepartments() : undefined])
      for (const person of found) people.set(person.ID, fullName(person))
      const named = groups ? [...departments].filter(([, name]) => name.toLowerCase().includes(wanted)) : []
      return [
        ...named.map(([id, name]) => choice({ ENTITY_TYPE: 'department', ENTITY_ID: id }, name, words.queue.department)),
        ...found.map((person) =>
          choice({ ENTITY_TYPE: 'user', ENTITY_ID: person.ID }, fullName(person), person.WORK_POSITION ?? '', person.PERSONAL_PHOTO),
        ),
      ].filter(({ id }) => !taken.has(id))
    },
    chosen: (choices) => chosen(choices.flatMap(({ id }) => items.get(id) ?? [])),
  }
}
