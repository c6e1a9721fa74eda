// Something that is done only when the person agrees: of what it is asked, and why it failed.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { faultText } from '@/api/http'

export interface Confirmed<T> {
  /** What the question is about; nothing while it is not asked. */
  subject: ShallowRef<T | null>
  fault: Ref<string>
  confirm: () => Promise<void>
}

export function useConfirmed<T>(act: (subject: T) => Promise<unknown>): Confirmed<T> {
  const subject = shallowRef<T | null>(null)
  const fault = ref('')

  async function confirm(): Promise<void> {
    if (subject.value === null) return
    fault.value = ''
    try {
      await act(subject.value)
    } catch (thrown) {
      fault.value = faultText(thrown)
    }
  }

  return { subject, fault, confirm }
}
