// Types of what the bundler adds to the language.
/// <reference types="vite/client" />

declare module '@bitrix24/b24icons-vue/outline/*' {
  import type { FunctionalComponent, SVGAttributes } from 'vue'
  const icon: FunctionalComponent<SVGAttributes>
  export default icon
}
