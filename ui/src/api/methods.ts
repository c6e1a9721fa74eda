// Every call that the pages make, typed; each wire name stands here and nowhere else.
import { call, request } from './http'
import type {
  AppSecrets,
  AppSettings,
  Application,
  Attendance,
  Bot,
  ConnectorCatalogue,
  Consent,
  ConsentRequest,
  Definitions,
  CrmChoice,
  Department,
  DialogPage,
  FigureSessions,
  FrameOpening,
  Group,
  Identity,
  LineConfig,
  LinePreview,
  ListedLine,
  LocalApp,
  MessagePage,
  NoticePage,
  NoticeReaction,
  OutgoingSecrets,
  OutgoingSettings,
  PaymentStatus,
  Person,
  Placement,
  PortalClock,
  PresenceChoice,
  QuickAnswer,
  StatisticsFilter,
  StatisticsReport,
  StoryEntry,
  Tab,
  Tokens,
  TransferTargets,
  User,
  WebhookSettings,
  Workshop,
} from './types'

/** Which page of an application is opened: its own, or that of a placement. */
export interface OpenAs {
  code?: string
  placement?: number
  options?: Record<string, unknown>
}

const appParams = (settings: AppSettings) => ({
  NAME: settings.name,
  SCOPES: settings.scopes,
  HANDLER_URL: settings.handlerUrl,
  INSTALL_URL: settings.installUrl,
  SCRIPT_ONLY: settings.scriptOnly,
  ACCESS: settings.access,
})
const webhookParams = ({ title, scopes }: WebhookSettings) => ({ TITLE: title, SCOPES: scopes })
const outgoingParams = ({ title, handlerUrl, events }: OutgoingSettings) => ({
  TITLE: title,
  HANDLER_URL: handlerUrl,
  EVENTS: events,
})

const statisticsParams = (filter: StatisticsFilter) => ({
  FROM: filter.from,
  TO: filter.to,
  ZONE: filter.zone,
  LINES: filter.lines,
  OPERATORS: filter.operators,
  CONNECTORS: filter.connectors,
})

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
  note: (chatId: number, text: string) => call<number>('tieline.note.add', { CHAT_ID: chatId, MESSAGE: text }),
  edit: (messageId: number, text: string) => call('im.message.update', { MESSAGE_ID: messageId, MESSAGE: text }),
  remove: (messageId: number) => call('im.message.delete', { MESSAGE_ID: messageId }),
  read: (dialogId: string, messageId: number) =>
    call('im.dialog.read', { DIALOG_ID: dialogId, MESSAGE_ID: messageId }),
  like: (messageId: number, on: boolean) =>
    call('im.message.like', { MESSAGE_ID: messageId, ACTION: on ? 'plus' : 'minus' }),
  command: (messageId: number, bot: number, command: string, params: string) =>
    call('im.message.command', { MESSAGE_ID: messageId, BOT_ID: bot, COMMAND: command, COMMAND_PARAMS: params }),
  take: (chatId: number) => call('imopenlines.operator.answer', { CHAT_ID: chatId }),
  finish: (chatId: number) => call('imopenlines.operator.finish', { CHAT_ID: chatId }),
  join: (chatId: number) => call('imopenlines.session.join', { CHAT_ID: chatId }),
  intercept: (chatId: number) => call('imopenlines.session.intercept', { CHAT_ID: chatId }),
  skip: (chatId: number) => call('imopenlines.operator.skip', { CHAT_ID: chatId }),
  spam: (chatId: number) => call('imopenlines.operator.spam', { CHAT_ID: chatId }),
  pin: (chatId: number) => call('imopenlines.session.mode.pin', { CHAT_ID: chatId }),
  unpin: (chatId: number) => call('imopenlines.session.mode.pin', { CHAT_ID: chatId, ACTIVATE: 'N' }),
  silence: (chatId: number) => call('imopenlines.session.mode.silent', { CHAT_ID: chatId, ACTIVATE: 'Y' }),
  unsilence: (chatId: number) => call('imopenlines.session.mode.silent', { CHAT_ID: chatId, ACTIVATE: 'N' }),
  /** The target is a person's id, or `queue` and a line's id. */
  transfer: (chatId: number, target: string) =>
    call('imopenlines.operator.transfer', { CHAT_ID: chatId, TRANSFER_ID: target }),
  transferTargets: (text: string) => call<TransferTargets>('tieline.transfer.targets', { TEXT: text }),

  quickAnswers: (chatId: number, text: string) =>
    call<QuickAnswer[]>('tieline.quick.list', { CHAT_ID: chatId, TEXT: text }),
  keepAnswer: (chatId: number, messageId: number) =>
    call('imopenlines.message.quick.save', { CHAT_ID: chatId, MESSAGE_ID: messageId }),
  dropAnswer: (answer: number) => call('tieline.quick.delete', { ID: answer }),

  bots: () => call<Bot[]>('tieline.bots.list'),
  connectors: () => call<ConnectorCatalogue>('tieline.connectors.list'),
  openConnector: (connector: string, line: number) =>
    call<FrameOpening>('tieline.connector.open', { CONNECTOR: connector, LINE: line }),
  disconnect: (connector: string, line: number) =>
    call<boolean>('tieline.connector.disconnect', { CONNECTOR: connector, LINE: line }),

  definitions: () => call<Definitions>('tieline.statistics.definitions'),
  statistics: (filter: StatisticsFilter, by: readonly Group[]) =>
    call<StatisticsReport>('tieline.statistics.get', { ...statisticsParams(filter), BY: by }),
  /** Where the same sums are as CSV. */
  statisticsFile: (filter: StatisticsFilter, by: readonly Group[]): string => {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries({ ...statisticsParams(filter), BY: by })) {
      if (Array.isArray(value)) for (const item of value) query.append(`${name}[]`, String(item))
      else if (value) query.append(name, String(value))
    }
    return `/ui/statistics.csv?${query}`
  },
  figureSessions: (filter: StatisticsFilter, figure: string, start: number) =>
    call<FigureSessions>('tieline.statistics.sessions', {
      ...statisticsParams(filter),
      HOURS: filter.hours,
      WEEKDAYS: filter.weekdays,
      FIGURE: figure,
      START: start,
    }),
  lines: (limit: number, offset: number) =>
    call<ListedLine[]>('imopenlines.config.list.get', {
      PARAMS: { select: ['ID', 'LINE_NAME', 'ACTIVE', 'QUEUE_TYPE'], order: { LINE_NAME: 'ASC' }, limit, offset },
      OPTIONS: { QUEUE: 'Y' },
    }),
  line: (line: number) => call<LineConfig | false>('imopenlines.config.get', { CONFIG_ID: line }),
  addLine: (settings: Record<string, unknown>) => call<number>('imopenlines.config.add', { PARAMS: settings }),
  saveLine: (line: number, settings: Record<string, unknown>) =>
    call<boolean>('imopenlines.config.update', { CONFIG_ID: line, PARAMS: settings }),
  removeLine: (line: number) => call<boolean>('imopenlines.config.delete', { CONFIG_ID: line }),
  previewLine: (line: number, settings: Record<string, unknown>, moment: number | null) =>
    call<LinePreview>('tieline.line.preview', { LINE: line, PARAMS: settings, MOMENT: moment }),
  tryLine: (line: number, text: string, customer: string) =>
    call<{ chatId: number; customer: string }>('tieline.line.try', { LINE: line, TEXT: text, CUSTOMER: customer }),
  lineStory: (chatId: number) => call<StoryEntry[]>('tieline.line.story', { CHAT_ID: chatId }),
  clock: () => call<PortalClock>('tieline.clock.get'),
  passTime: (seconds: number) => call<PortalClock>('tieline.clock.move', { SECONDS: seconds }),

  presence: () => call<Attendance>('tieline.presence.get'),
  choosePresence: (choice: PresenceChoice) => call<Attendance>('tieline.presence.set', { CHOICE: choice }),
  notices: (limit: number, before?: number) =>
    call<NoticePage>('tieline.notices.list', { LIMIT: limit, BEFORE: before }),
  chooseInNotice: (id: number, value: string) =>
    call<NoticeReaction>('im.notify.confirm', { NOTIFY_ID: id, NOTIFY_VALUE: value }),
  answerNotice: (id: number, text: string) =>
    call<NoticeReaction>('im.notify.answer', { NOTIFY_ID: id, ANSWER_TEXT: text }),
  readNotices: (upTo: number) => call<number>('tieline.notices.read', { UP_TO: upTo }),

  workshop: () => call<Workshop>('tieline.developer.get'),
  addApp: (settings: AppSettings) => call<AppSecrets>('tieline.app.add', appParams(settings)),
  editApp: (app: number, settings: AppSettings) =>
    call<LocalApp>('tieline.app.edit', { APP: app, ...appParams(settings) }),
  reinstallApp: (app: number) => call<LocalApp>('tieline.app.reinstall', { APP: app }),
  upgradeApp: (app: number) => call<LocalApp>('tieline.app.upgrade', { APP: app }),
  removeApp: (app: number, clean: boolean) => call<boolean>('tieline.app.remove', { APP: app, CLEAN: clean }),
  renewSecret: (app: number) =>
    call<{ client_id: string; client_secret: string }>('tieline.app.secret.renew', { APP: app }),
  payApp: (app: number, status: PaymentStatus, days: number | null) =>
    call<LocalApp>('tieline.app.pay', { APP: app, STATUS: status, DAYS: days }),
  addWebhook: (settings: WebhookSettings) =>
    call<{ id: number; url: string }>('tieline.webhook.add', webhookParams(settings)),
  editWebhook: (webhook: number, settings: WebhookSettings) =>
    call<boolean>('tieline.webhook.edit', { WEBHOOK: webhook, ...webhookParams(settings) }),
  revokeWebhook: (webhook: number) => call<boolean>('tieline.webhook.revoke', { WEBHOOK: webhook }),
  addOutgoing: (settings: OutgoingSettings) =>
    call<OutgoingSecrets>('tieline.outgoing.add', outgoingParams(settings)),
  editOutgoing: (app: number, settings: OutgoingSettings) =>
    call<LocalApp>('tieline.outgoing.edit', { APP: app, ...outgoingParams(settings) }),

  askConsent: (client: string, redirect: string) =>
    call<ConsentRequest>('tieline.consent.ask', { CLIENT_ID: client, REDIRECT_URI: redirect }),
  giveConsent: (client: string, redirect: string, state: string) =>
    call<Consent>('tieline.consent.give', { CLIENT_ID: client, REDIRECT_URI: redirect, STATE: state }),

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
  crmObjects: (types: readonly string[], text: string) =>
    call<CrmChoice[]>('tieline.crm.search', { TYPES: types, TEXT: text }),
  crmObjectsOf: (type: string, ids: readonly number[]) =>
    call<CrmChoice[]>('tieline.crm.search', { TYPES: [type], IDS: ids }),
  peopleById: (ids: string[]) => call<Person[]>('user.get', { FILTER: { ID: ids }, START: -1 }),
  departments: () => call<Department[]>('department.get', { START: -1 }),
  dialogOf: (named: { SESSION_ID: string } | { USER_CODE: string }) =>
    call<{ dialog_id: string }>('imopenlines.dialog.get', named),
}
