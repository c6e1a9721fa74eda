// The addresses of the developer's area: its three parts, and the panels that slide over them.
import type { RouteLocation, RouteRecordRaw } from 'vue-router'
import { texts } from '@/texts'

const id = (name: string) => `:${name}(\\d+)`
const numbered = (name: string) => (route: RouteLocation) => ({ [name]: Number(route.params[name]) })

export const developerRoutes: RouteRecordRaw = {
  path: '/developer',
  component: () => import('@/pages/DeveloperPage.vue'),
  meta: { section: 'developer', title: texts.developer.title },
  children: [
    { path: '', name: 'developer', redirect: { name: 'developer-apps' } },
    {
      path: 'apps',
      name: 'developer-apps',
      component: () => import('./AppsSection.vue'),
      children: [{ path: 'new', name: 'developer-app-new', component: () => import('./AppPanel.vue') }],
    },
    {
      path: `apps/${id('app')}`,
      name: 'developer-app',
      component: () => import('./AppDetails.vue'),
      props: numbered('app'),
      children: [
        { path: 'edit', name: 'developer-app-edit', component: () => import('./AppPanel.vue'), props: numbered('app') },
      ],
    },
    {
      path: 'incoming',
      name: 'developer-incoming',
      component: () => import('./IncomingSection.vue'),
      children: [
        { path: 'new', name: 'developer-incoming-new', component: () => import('./IncomingPanel.vue') },
        {
          path: `${id('webhook')}/edit`,
          name: 'developer-incoming-edit',
          component: () => import('./IncomingPanel.vue'),
          props: numbered('webhook'),
        },
      ],
    },
    {
      path: 'outgoing',
      name: 'developer-outgoing',
      component: () => import('./OutgoingSection.vue'),
      children: [
        { path: 'new', name: 'developer-outgoing-new', component: () => import('./OutgoingPanel.vue') },
        {
          path: `${id('app')}/edit`,
          name: 'developer-outgoing-edit',
          component: () => import('./OutgoingPanel.vue'),
          props: numbered('app'),
        },
      ],
    },
  ],
}
