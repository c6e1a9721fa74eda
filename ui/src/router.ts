// The pages and their addresses below /app/, and who may see them.
import { createRouter, createWebHistory, type RouteLocation } from 'vue-router'
import { developerRoutes } from './developer/routes'
import { lineRoutes } from './lines/routes'
import InboxPage from './pages/InboxPage.vue'
import { session } from './session'
import { texts } from './texts'

declare module 'vue-router' {
  interface RouteMeta {
    /** The part of the application that a page belongs to; pages without one stand alone. */
    section?: 'inbox' | 'contact-center' | 'lines' | 'statistics' | 'developer'
    /** Only for people who are signed in, as all pages with a section are. */
    guarded?: boolean
    /** What the window is called, beside the portal's name. */
    title?: string
    /** Slides over the page that was there before. */
    over?: boolean
  }
}

const NUMBER = '(\\d+)'

export const router = createRouter({
  history: createWebHistory(import.meta.env.BASE_URL),
  routes: [
    { path: '/login', name: 'login', component: () => import('./pages/LoginPage.vue') },
    { path: '/', name: 'inbox', component: InboxPage, meta: { section: 'inbox' } },
    { path: `/chat/:id${NUMBER}`, name: 'chat', component: InboxPage, meta: { section: 'inbox' } },
    {
      path: '/contact-center',
      name: 'contact-center',
      component: () => import('./pages/ContactCenterPage.vue'),
      meta: { section: 'contact-center' },
      children: [
        {
          path: `:connector/:line${NUMBER}`,
          name: 'connector-settings',
          component: () => import('./connectors/SettingsPanel.vue'),
          props: (route) => ({ connector: String(route.params.connector), line: Number(route.params.line) }),
        },
      ],
    },
    ...lineRoutes,
    {
      path: '/statistics',
      name: 'statistics',
      component: () => import('./pages/StatisticsPage.vue'),
      meta: { section: 'statistics', title: texts.statistics.title },
    },
    developerRoutes,
    {
      path: '/authorize',
      name: 'authorize',
      component: () => import('./pages/ConsentPage.vue'),
      meta: { guarded: true, title: texts.consent.title },
    },
    {
      path: `/marketplace/app/:app${NUMBER}/:placement${NUMBER}?`,
      name: 'application',
      components: {},
      meta: { section: 'inbox', over: true },
    },
    {
      path: '/marketplace/view/:client([\\w.-]+)',
      name: 'application-link',
      components: {},
      meta: { section: 'inbox', over: true },
    },
    { path: '/:rest(.*)*', redirect: { name: 'inbox' } },
  ],
})

/** Nobody sees this page before signing in. */
export const isGuarded = ({ meta }: RouteLocation): boolean => meta.guarded === true || meta.section !== undefined

let restored: Promise<void> | undefined

router.beforeEach(async (to) => {
  restored ??= session.restore()
  await restored
  if (session.problem.value) return true
  const signedIn = session.identity.value !== null
  if (!signedIn && isGuarded(to)) return { name: 'login', query: to.path === '/' ? {} : { next: to.fullPath } }
  if (signedIn && to.name === 'login') return { name: 'inbox' }
  return true
})
