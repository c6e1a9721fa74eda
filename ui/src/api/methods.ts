// Every call that the pages make, typed; each wire name stands here and nowhere else.
import { call, request } from './http'
import type {
  Application,
  ConnectorCatalogue,
  Department,
  DialogPage,
  FrameOpening,
  Identity,
  MessagePage,
  Person,
  Placement,
  Tab,
  Tokens,
  User,
} from './types'

/** Which page of an application is opened: its own, or that of a placement. */
export interface OpenAs {
  code?: string
  placement?: number
  options?: Record<string, unknown>
}

export const api = {
  me: () => request<Identity>('/ui/me', { method: 'GET' }),
  login: (email: string, password: string) =>
    request<{ user: User }>('/ui/login', { method: 'POST', body: { email, password } }),
  logout: () => request<null>('/ui/logout', { method: 'POST' }),

  dialogs: (tab: Tab, limit: number, offset: number) =>
    call<DialogPage>('tieline.inbox.list', { TAB: tab, LIMIT: limit, OFFSET: offset }),
  latest: (chatId: number, limit: number) =>
    call<MessagePage>('tieline.dialog.get', { CHAT_ID: chatId, LIMIT: limit }),
  before: (chatId: number, messageId: number, limit: number) =>
    call<MessagePage>('tieline.dialog.get', { CHAT_ID: chatId, BEFORE: messageId, LIMIT: limit }),
  changesSince: (chatId: number, sequence: number, limit: number) =>
    call<MessagePage>('tieline.dialog.get', { CHAT_ID: chatId, SINCE: sequence, LIMIT: limit }),

  send: (dialogId: string, text: string) => call<number>('im.message.add', { DIALOG_ID: dialogId, MESSAGE: text }),
  edit: (messageId: number, text: string) => call('im.message.update', { MESSAGE_ID: messageId, MESSAGE: text }),
  remove: (messageId: number) => call('im.message.delete', { MESSAGE_ID: messageId }),
  read: (dialogId: string, messageId: number) =>
    call('im.dialog.read', { DIALOG_ID: dialogId, MESSAGE_ID: messageId }),
  take: (chatId: number) => call('imopenlines.operator.answer', { CHAT_ID: chatId }),
  finish: (chatId: number) => call('imopenlines.operator.finish', { CHAT_ID: chatId }),

  connectors: () => call<ConnectorCatalogue>('tieline.connectors.list'),
  openConnector: (connector: string, line: number) =>
    call<FrameOpening>('tieline.connector.open', { CONNECTOR: connector, LINE: line }),
  disconnect: (connector: string, line: number) =>
    call<boolean>('tieline.connector.disconnect', { CONNECTOR: connector, LINE: line }),

  applications: () => call<Application[]>('tieline.apps.mine'),
  placements: (code?: string) => call<Placement[]>('tieline.placements.list', code ? { CODE: code } : {}),
  /** An application is named by its id or, in links, by its client_id. */
  openApp: (app: number | string, { code, placement, options }: OpenAs = {}) =>
    call<FrameOpening>('tieline.app.open', {
      ...(typeof app === 'number' ? { APP: app } : { CLIENT_ID: app }),
      CODE: code,
      PLACEMENT: placement,
      OPTIONS: { URI: location.pathname + location.search, ...options },
    }),
  refreshApp: (app: number) => call<Tokens>('tieline.app.refresh', { APP: app }),
  finishInstallation: (app: number) => call<boolean>('tieline.app.finish', { APP: app }),
  setAppOption: (app: number, name: string, value: unknown) =>
    call<boolean>('tieline.app.option.set', { APP: app, NAME: name, VALUE: value }),
  setUserOption: (app: number, name: string, value: unknown) =>
    call<boolean>('tieline.user.option.set', { APP: app, NAME: name, VALUE: value }),

  people: (text: string) => call<Person[]>('user.search', { FILTER: { ACTIVE: true }, FIND: text, START: -1 }),
  departments: () => call<Department[]>('department.get', { START: -1 }),
  dialogOf: (named: { SESSION_ID: string } | { USER_CODE: string }) =>
    call<{ dialog_id: string }>('imopenlines.dialog.get', named),
}
