// Starts the application: the kit, the pages, and what an ended session means.
import './main.css'
import b24ui from '@bitrix24/b24ui-nuxt/vue-plugin'
import { createApp } from 'vue'
import { onSignedOut } from './api/http'
import App from './App.vue'
import { router } from './router'
import { session } from './session'

onSignedOut(() => session.expire())

createApp(App).use(router).use(b24ui).mount('#app')
