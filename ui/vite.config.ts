// How the operator's pages are built: served under /app/, one folder of hashed files, nothing from other hosts.
import b24ui from '@bitrix24/b24ui-nuxt/vite'
import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

const SERVER = process.env.TIELINE_SERVER ?? 'http://127.0.0.1:8080'

export default defineConfig({
  base: '/app/',
  // Components of the kit are imported by name where they are used, so nothing is generated into the tree.
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  plugins: [vue(), b24ui({ autoImport: false, components: false, dts: false, prose: false, mdc: false, experimental: { componentDetection: true } })],
  build: { outDir: '../src/tieline/static', emptyOutDir: true, chunkSizeWarningLimit: 900 },
  server: { proxy: { '/ui': { target: SERVER, ws: true }, '/files': SERVER } },
})
