// The page that stays in its place while an application, which has an address of its own, slides over it.
import { computed, provide, shallowReactive, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import { routeLocationKey, useRouter, type RouteLocationNormalizedLoaded } from 'vue-router'

type Route = RouteLocationNormalizedLoaded

/** Returns the route of the page beneath all sliders; whatever asks for the current route below here gets that. */
export function providePageBehind(): Readonly<ShallowRef<Route>> {
  const router = useRouter()
  const behind = shallowRef<Route>(router.currentRoute.value)
  watch(
    router.currentRoute,
    (route) => {
      if (!route.meta.over) behind.value = route
      else if (!behind.value.meta.section) behind.value = router.resolve({ name: 'inbox' }) as Route
    },
    { immediate: true, flush: 'sync' },
  )
  const fields = Object.keys(router.currentRoute.value) as (keyof Route)[]
  const parts = fields.map((field): [string, ComputedRef] => [field, computed(() => behind.value[field])])
  const location = {} as Route
  for (const [field, part] of parts) Object.defineProperty(location, field, { enumerable: true, get: () => part.value })
  provide(routeLocationKey, shallowReactive(location))
  return behind
}
