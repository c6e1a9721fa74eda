// The addresses of the pages of open lines.
import type { RouteRecordRaw } from 'vue-router'
import { lines as words } from './texts'

export const lineRoutes: RouteRecordRaw[] = [
  {
    path: '/lines',
    name: 'lines',
    component: () => import('@/pages/LinesPage.vue'),
    meta: { section: 'lines', title: words.title },
  },
  {
    path: '/lines/:line(\\d+)',
    name: 'line',
    component: () => import('@/pages/LinePage.vue'),
    props: (route) => ({ line: Number(route.params.line) }),
    meta: { section: 'lines', title: words.title },
  },
]
