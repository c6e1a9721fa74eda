// Sending a form: busy meanwhile, and each refusal beside the field that it is about.
import { ref } from 'vue'
import { ApiFault, faultText } from '@/api/http'
import { texts } from '@/texts'

/** What is wrong, by field. */
export type Wrong<F extends string> = Partial<Record<F, string>>

/** The server says of an address only what is the matter with it. */
const sentence = (fault: ApiFault): string =>
  fault.code.endsWith('_URL') ? texts.developer.wrongUrl(fault.message) : fault.message

/** Follows a form; `fields` says which codes of the server are about which field. */
export function useSubmission<F extends string>(fields: Record<string, F>) {
  const busy = ref(false)
  const fault = ref('')
  const wrong = ref<Wrong<F>>({})

  /** Does the work unless `found` says what is wrong before; a refusal ends as a fault or beside its field. */
  async function run(work: () => Promise<void>, found: Wrong<F> = {}): Promise<void> {
    if (busy.value) return
    fault.value = ''
    wrong.value = found as typeof wrong.value
    if (Object.keys(found).length) return
    busy.value = true
    try {
      await work()
    } catch (thrown) {
      const field = thrown instanceof ApiFault ? fields[thrown.code] : undefined
      if (field) wrong.value = { [field]: sentence(thrown as ApiFault) } as typeof wrong.value
      else fault.value = faultText(thrown)
    } finally {
      busy.value = false
    }
  }

  return { busy, fault, wrong, run }
}
