// A line's settings while somebody changes them: what is unsaved, saving, and which field the server refuses.
import { computed, reactive, ref, shallowRef } from 'vue'
import { ApiFault, faultText } from '@/api/http'
import { api } from '@/api/methods'
import { changesOf, findField, formOf, wrongOf, type FieldName, type LineForm } from './fields'
import { lines as words } from './texts'

/** The setting that a refusal names. */
export function refusedField(thrown: unknown): string | null {
  if (!(thrown instanceof ApiFault) || thrown.code !== 'INVALID_FORMAT') return null
  return /field '(\w+)'/.exec(thrown.message)?.[1] ?? null
}

export function useLineForm(line: number) {
  const form = ref<LineForm | null>(null)
  const saved = shallowRef<LineForm | null>(null)
  const wrong = ref<Partial<Record<FieldName, string>>>({})
  const state = reactive({ missing: false, loadFault: '', fault: '', busy: false, justSaved: false })
  const changes = computed(() => (form.value && saved.value ? changesOf(saved.value, form.value) : {}))
  const count = computed(() => Object.keys(changes.value).length)

  async function load(): Promise<void> {
    state.loadFault = ''
    try {
      const config = await api.line(line)
      state.missing = !config
      if (config) keep(formOf(config))
    } catch (thrown) {
      state.loadFault = faultText(thrown)
    }
  }

  function keep(known: LineForm): void {
    saved.value = known
    discard()
  }

  function discard(): void {
    form.value = structuredClone(saved.value)
    wrong.value = {}
    state.fault = ''
  }

  async function save(): Promise<void> {
    if (state.busy || !count.value) return
    Object.assign(state, { busy: true, fault: '', justSaved: false })
    wrong.value = {}
    try {
      const was = await api.saveLine(line, changes.value)
      if (!was) throw new ApiFault('LINE_NOT_FOUND', words.missing, 404)
      await load()
      state.justSaved = true
    } catch (thrown) {
      refuse(thrown)
    } finally {
      state.busy = false
    }
  }

  function refuse(thrown: unknown): void {
    const name = refusedField(thrown)
    const field = name === null ? undefined : findField(name)
    if (field) wrong.value = { [field.name]: wrongOf(field) }
    state.fault = field ? words.wrongField(words.fields[field.name].label) : name ? words.wrongElsewhere(name) : faultText(thrown)
  }

  return { form, saved, wrong, state, changes, count, load, save, discard }
}
