// The shapes that the server sends: dialogs, messages, files, connectors, and the person signed in.

export interface User {
  id: number
  name: string
  admin: boolean
}

export interface Portal {
  name: string
  url: string
  language: string
}

export interface Identity {
  user: User
  portal: Portal
}

export interface ConnectorIconData {
  DATA_IMAGE?: string | null
  COLOR?: string | null
  SIZE?: string | null
  POSITION?: string | null
}

/** What comes with a message besides its text; read by content/model.ts. */
export interface MessageParams {
  ATTACH?: unknown
  KEYBOARD?: unknown
  MENU?: unknown
  LIKE?: unknown
}

export type Tab = 'mine' | 'waiting' | 'all' | 'closed'
export type MessageKind = 'customer' | 'operator' | 'bot' | 'system'
export type DeliveryState = 'sent' | 'delivered' | 'read' | 'failed'

/** How many dialogs each tab with a counter holds. */
export type Counters = Record<Exclude<Tab, 'closed'>, number>

export interface LastMessage {
  id: number
  kind: MessageKind
  authorName: string
  text: string
  deleted: boolean
  date: string
  files: number
}

export interface Dialog {
  chatId: number
  dialogId: string
  title: string
  connector: { id: string; name: string; icon: ConnectorIconData | null }
  line: { id: number; name: string }
  customer: { id: number; name: string; avatar: string }
  operator: { id: number; name: string } | null
  session: { id: number; status: 'new' | 'bot' | 'answered' | 'closing' | 'closed' } | null
  waitingSince: string | null
  /** How many are before it in its queue, up to a hundred; nothing where somebody has it. */
  ahead: number | null
  unread: number
  sequence: number
  lastMessage: LastMessage | null
  dateActivity: string
}

/** A dialog as its own page sees it: what may be done with it, and what it is about. */
export interface DialogDetails extends Dialog {
  canWrite: boolean
  canTake: boolean
  canJoin: boolean
  canIntercept: boolean
  /** Transfer it, pass it on to the next, pin it, call it spam. */
  canHandOn: boolean
  canFinish: boolean
  /** No time closes it. */
  pinned: boolean
  /** What operators write stays inside. */
  silent: boolean
  description: string
}

/** A text to answer with, on one line or on all. */
export interface QuickAnswer {
  id: number
  text: string
  line: number | null
  canChange: boolean
}

/** Where a dialog may be handed to. */
export interface TransferTargets {
  lines: { id: number; name: string }[]
  people: { id: number; name: string; position: string; presence: PresenceState }[]
}

export interface MessageFile {
  id: number
  name: string
  type: 'image' | 'video' | 'audio' | 'file'
  size: number | null
  status: 'pending' | 'ready' | 'failed'
  url: string | null
  reason: string | null
}

export interface Message {
  id: number
  kind: MessageKind
  author: { id: number; name: string }
  text: string
  date: string
  edited: boolean
  deleted: boolean
  /** The customer does not get it. */
  private: boolean
  sequence: number
  files: MessageFile[]
  params: MessageParams
  state: DeliveryState | null
  stateReason: string | null
}

export interface DialogPage {
  items: Dialog[]
  counters: Counters
  hasMore: boolean
}

export interface MessagePage {
  dialog: DialogDetails
  messages: Message[]
  hasMore: boolean
}

/** A connector as one line knows it. */
export interface ConnectorLine {
  id: number
  name: string
  /** Whether the line itself is switched on. */
  lineActive: boolean
  active: boolean
  configured: boolean
  error: string | null
  status: boolean
}

export interface Connector {
  id: string
  name: string
  app: string
  appId: number | null
  icon: ConnectorIconData | null
  iconDisabled: ConnectorIconData | null
  comment: string
  hasSettings: boolean
  lines: readonly ConnectorLine[]
}

export interface Line {
  id: number
  name: string
  active: boolean
}

/** A bot that may speak in open lines. */
export interface Bot {
  id: number
  name: string
  position: string
}

export interface ConnectorCatalogue {
  connectors: readonly Connector[]
  lines: readonly Line[]
}

/** What a page must post, and into which frame, to show an application's page; and what it tells that page later. */
export interface FrameOpening {
  url: string
  fields: Record<string, string>
  frameName: string
  /** Id of this rendering. */
  sid: string
  /** The only origin whose messages count. */
  origin: string
  title: string
  app: { id: number; name: string; clientId: string; installed: boolean }
  context: FrameContext
}

/** What an application's page is told of the portal, the person and itself. */
export interface FrameContext extends Tokens {
  LANG: string
  DOMAIN: string
  PROTOCOL: string
  PATH: string
  MEMBER_ID: string
  IS_ADMIN: boolean
  FIRST_RUN: boolean
  INSTALL: boolean
  USER_OPTIONS: Record<string, unknown>
  APP_OPTIONS: Record<string, unknown>
  PLACEMENT: string
  PLACEMENT_OPTIONS: Record<string, unknown>
}

export interface Tokens {
  AUTH_ID: string
  REFRESH_ID: string
  AUTH_EXPIRES: number
}

/** An application that the person may open. */
export interface Application {
  id: number
  name: string
  clientId: string
  installed: boolean
}

/** A place where an application put a page of its own. */
export interface Placement {
  id: number
  app: { id: number; name: string }
  code: string
  title: string
  description: string
  groupName: string
  options: Record<string, unknown>
}

/** A person of the portal, in the wire's own spelling. */
export interface Person {
  ID: string
  NAME?: string
  LAST_NAME?: string
  EMAIL?: string
  WORK_POSITION?: string
  PERSONAL_PHOTO?: string
}

/** A lead, deal, contact or company, as applications are told of it. */
export interface CrmChoice {
  id: string
  type: string
  title: string
  desc: string
  url: string
  image?: string
}

export interface Department {
  ID: string
  NAME: string
}

/** An event handler that an application has bound. */
export interface AppBinding {
  id: number
  event: string
  handler: string
  offline: boolean
  user: number | null
}

/** How an application is paid for, as the wire has it. */
export type PaymentStatus = 'L' | 'F' | 'D' | 'T' | 'P' | 'S'

/** An application as the developer's area knows it; an outgoing webhook has the same shape. */
export interface LocalApp {
  id: number
  name: string
  clientId: string
  scopes: readonly string[]
  handlerUrl: string
  installUrl: string
  scriptOnly: boolean
  hasPage: boolean
  installed: boolean
  version: number
  status: PaymentStatus
  paidUntil: string | null
  access: readonly { id: number; name: string }[]
  owner: string
  createdAt: string
  bindings: readonly AppBinding[]
  placements: readonly { id: number; code: string; handler: string; title: string }[]
  connectors: readonly { id: string; name: string }[]
}

/** A webhook through which others call this portal in a person's name. */
export interface IncomingWebhook {
  id: number
  title: string
  scopes: readonly string[]
  user: string
  createdAt: string
}

/** A scope with a sentence that says what it opens. */
export interface ScopeInfo {
  name: string
  text: string
}

export interface Workshop {
  apps: readonly LocalApp[]
  outgoing: readonly LocalApp[]
  webhooks: readonly IncomingWebhook[]
  scopes: readonly ScopeInfo[]
  events: readonly string[]
  people: readonly { id: number; name: string }[]
}

/** What a developer says of an application. */
export interface AppSettings {
  name: string
  scriptOnly: boolean
  handlerUrl: string
  installUrl: string
  scopes: string[]
  access: number[]
}

export interface WebhookSettings {
  title: string
  scopes: string[]
}

export interface OutgoingSettings {
  title: string
  handlerUrl: string
  events: string[]
}

/** What is told of a new application once and never again. */
export interface AppSecrets {
  id: number
  client_id: string
  client_secret: string
  application_token: string
  signing_secret: string
  access_token: string
  refresh_token: string
  expires: number
  expires_in: number
  domain: string
  client_endpoint: string
}

export interface OutgoingSecrets {
  id: number
  application_token: string
  signing_secret: string
}

/** What an application asks of a person on the consent page; `redirect` is where the answer goes. */
export interface ConsentRequest {
  app: { id: number; name: string }
  redirect: string
  person: { name: string; email: string }
  scopes: readonly ScopeInfo[]
}

export interface Consent {
  code: string
  url: string | null
}

export type Group = 'day' | 'hour' | 'weekday' | 'line' | 'operator' | 'connector'

/** Which sessions statistics are of; days are written YYYY-MM-DD. */
export interface StatisticsFilter {
  from: string
  to: string
  zone: string
  lines?: number[]
  operators?: number[]
  connectors?: string[]
  hours?: number[]
  weekdays?: number[]
}

export interface FigureDefinition {
  name: string
  title: string
  unit: string
  text: string
  columns: readonly string[]
  /** Sessions that count in it can be listed. */
  hasSessions: boolean
}

export interface Definitions {
  figures: readonly FigureDefinition[]
  parts: Readonly<Record<string, string>>
  groups: Readonly<Record<Group, string>>
}

/** A row of figures, and what it is of. */
export type FigureRow = Readonly<Record<string, number | string | null>>

export interface StatisticsReport {
  zone: string
  by: readonly Group[]
  rows: readonly FigureRow[]
  total: FigureRow
}

export interface FigureSession {
  session: number
  chatId: number
  title: string
  line: { id: number; name: string }
  operator: { id: number; name: string } | null
  openedAt: string
  closedAt: string | null
  firstAnswer: number | null
  duration: number | null
  missed: number
  spam: number
}

export interface FigureSessions {
  items: readonly FigureSession[]
  total: number
}

/** One element of a line's queue, in the wire's own spelling. */
export interface QueueItem {
  ENTITY_TYPE: 'user' | 'department'
  ENTITY_ID: string
}

/** The settings of an open line, in the wire's own spelling. */
export type LineConfig = Record<string, string | string[] | null> & {
  ID: string
  LINE_NAME: string
  ACTIVE: 'Y' | 'N'
  CONFIG_QUEUE: QueueItem[]
}

/** An open line in the list of all. */
export interface ListedLine {
  ID: string
  LINE_NAME: string
  ACTIVE: 'Y' | 'N'
  QUEUE_TYPE: 'evenly' | 'strictly' | 'all'
  QUEUE: readonly number[]
  QUEUE_USERS_FIELDS: Readonly<Record<string, { USER_NAME: string }>> | readonly []
}

export interface PreviewStep {
  phase: 'message' | 'answer' | 'again' | 'finish'
  kind: string
  /** Seconds behind the beginning of its phase. */
  after: number
  date: string | null
  values: Record<string, unknown>
}

/** What a line would do with a message. */
export interface LinePreview {
  date: string
  steps: PreviewStep[]
  canTry: boolean
}

/** What happened in the dialog of a test customer. */
export interface StoryEntry {
  date: string
  kind: string
  values: Record<string, unknown>
}

export interface PortalClock {
  now: string
  moment: number
  target: string | null
}

export type PresenceState = 'online' | 'away' | 'absent'
export type PresenceChoice = 'auto' | PresenceState

export interface Attendance {
  choice: PresenceChoice
  presence: PresenceState
  since: string | null
}

/** Who says something: a person, an application, or a webhook that has no name. */
export interface NoticeSender {
  kind: 'person' | 'application' | 'webhook'
  name: string
  avatar: string
  id: number
}

/** Something to know of; the portal itself is no sender. What was chosen and answered, and what came of it, stays. */
export interface Notice {
  id: number
  kind: string
  title: string
  text: string
  attach: readonly unknown[]
  from: NoticeSender | null
  chatId: number | null
  date: string
  read: boolean
  buttons: readonly { value: string; title: string }[]
  answerable: boolean
  choice: string | null
  answer: string | null
  outcome: string | null
}

/** What came of a button or an answer; false where there was nothing to choose or answer. */
export interface NoticeReaction {
  result_message: string[] | false
}

export interface NoticePage {
  items: Notice[]
  unread: number
}
