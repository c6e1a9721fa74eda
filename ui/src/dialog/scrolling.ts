// How a dialog scrolls: it sticks to the newest message, and stays in place when older ones come above.
import { nextTick, onBeforeUnmount, onMounted, readonly, ref, type Ref } from 'vue'

const NEAR_BOTTOM_PX = 48
const NEAR_TOP_PX = 300

export interface DialogScroll {
  /** The newest message is in view. */
  atBottom: Readonly<Ref<boolean>>
  onScroll: () => void
  toBottom: () => void
  /** Runs a change that puts content on top, and keeps what is in view where it is. */
  keepPlace: (change: () => Promise<void>) => Promise<void>
}

export function useDialogScroll(
  box: Readonly<Ref<HTMLElement | null>>,
  content: Readonly<Ref<HTMLElement | null>>,
  nearTop: () => void,
): DialogScroll {
  const atBottom = ref(true)
  const resized = new ResizeObserver(() => {
    if (atBottom.value) toBottom()
    lookUp()
  })

  function toBottom(): void {
    if (box.value) box.value.scrollTop = box.value.scrollHeight
    atBottom.value = true
  }

  function lookUp(): void {
    if (box.value && box.value.scrollTop < NEAR_TOP_PX) nearTop()
  }

  function onScroll(): void {
    const el = box.value
    if (!el) return
    atBottom.value = el.scrollHeight - el.scrollTop - el.clientHeight < NEAR_BOTTOM_PX
    lookUp()
  }

  async function keepPlace(change: () => Promise<void>): Promise<void> {
    await change()
    const anchor = content.value?.querySelector<HTMLElement>('[data-message-id]')
    const before = anchor?.getBoundingClientRect().top
    await nextTick()
    if (box.value && anchor && before !== undefined && !atBottom.value) {
      box.value.scrollTop += anchor.getBoundingClientRect().top - before
    }
  }

  onMounted(() => {
    if (box.value) resized.observe(box.value)
    if (content.value) resized.observe(content.value)
  })
  onBeforeUnmount(() => resized.disconnect())

  return { atBottom: readonly(atBottom), onScroll, toBottom, keepPlace }
}
