// The hosts whose pictures the person wanted to see, until the page is loaded again.
import { reactive } from 'vue'

export const trustedHosts: Set<string> = reactive(new Set())
