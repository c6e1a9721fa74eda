// Asks whom a dialog shall be handed to: a line or a person.
import { api } from '@/api/methods'
import { picker } from '@/frame/pickers'
import { texts } from '@/texts'

export function askTransferTarget(chosen: (target: string) => void): void {
  picker.value = {
    title: texts.dialog.transferTitle,
    multiple: false,
    empty: { title: texts.pickers.nobody },
    async search(text) {
      const { lines, people } = await api.transferTargets(text)
      return [
        ...lines.map(({ id, name }) => ({ id: `queue${id}`, name, note: texts.dialog.line })),
        ...people.map(({ id, name, position, presence }) => ({ id: String(id), name, note: position, presence })),
      ]
    },
    chosen: ([choice]) => choice && chosen(choice.id),
  }
}
