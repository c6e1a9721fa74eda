// The sentences of the pages of open lines.
import { plural } from '@/lib/plural'

const zero = (meaning: string): string => `0: ${meaning}.`

export const lines = {
  title: 'Open lines',
  lead: 'Who answers customers, when, and what a line says by itself. Channels are connected in the contact centre.',
  failed: 'The open lines could not be loaded',
  denied: 'Only administrators set up open lines.',
  states: { on: 'On', off: 'Off' },
  add: 'New line',
  addTitle: 'New open line',
  addText: 'It begins with you in its queue. Everything can be changed before a channel is connected to it.',
  create: 'Create',
  emptyTitle: 'No open lines yet',
  emptyText: 'A line takes in what customers write over the channels connected to it, and gives it to the people in its queue.',
  back: 'All open lines',
  missing: 'There is no such line',
  missingText: 'It may have been deleted.',
  queueOf: { evenly: 'each in turn', strictly: 'in the order of the queue', all: 'whoever takes it' },
  summary: (people: string, how: string) => `${people} · ${how}`,
  andMore: (names: string, more: number) => `${names} and ${more} more`,
  nobody: 'Nobody in the queue',
  sections: 'Sections',
  save: 'Save',
  saved: 'Saved',
  discard: 'Discard changes',
  unsaved: (count: number) => plural(count, 'unsaved change', 'unsaved changes'),
  wrongField: (label: string) => `This cannot be saved: look at “${label}”.`,
  wrongElsewhere: (name: string) => `This cannot be saved: ${name} has a wrong value.`,
  leaveTitle: 'Leave without saving?',
  leaveText: 'What you have changed on this line is lost.',
  leave: 'Leave',
  showPreview: 'What happens',

  remove: {
    title: 'Delete this line',
    text: 'Its open dialogs are closed at once, and customers are told nothing. Dialogs of other lines that its queue answers go back to those. Channels that are connected to it bring no more messages. What was written can still be read.',
    button: 'Delete the line',
    question: (name: string) => `Delete ${name}?`,
    irrevocable: 'The line and its settings cannot be brought back.',
  },

  groups: {
    general: { title: 'The line', text: '' },
    who: { title: 'Who answers', text: 'People and departments in the queue, and how dialogs are given to them.' },
    when: { title: 'When', text: 'Outside these hours messages still come in. What waits for operators counts working time alone.' },
    bot: { title: 'A bot first', text: 'It talks with customers until it hands them over, or its time is over.' },
    says: { title: 'What it says by itself', text: 'Texts that customers get without anybody writing them.' },
    closing: { title: 'Closing', text: 'A dialog ends when an operator finishes it, or when the customer says nothing more.' },
    rating: { title: 'Rating', text: 'Whoever was answered may judge with 1 or 0, and a comment below it.' },
    crm: { title: 'CRM', text: 'What becomes of a customer in the CRM.' },
    kpi: { title: 'Late answers', text: 'They count as late in statistics, and somebody may be told.' },
    notices: { title: 'Notices', text: '' },
  },

  fields: {
    LINE_NAME: { label: 'Name', help: '' },
    ACTIVE: { label: 'The line is on', help: 'Switched off, it refuses what customers write over its channels.' },
    QUEUE: { label: 'Queue', help: 'A department stands for the people in it and in those below it.' },
    QUEUE_TYPE: { label: 'Dialogs are given', help: '' },
    QUEUE_TIME: { label: 'Passed on after', help: `A dialog that nobody took or answered goes to the next. ${zero('never')}` },
    CHECK_AVAILABLE: { label: 'Only to those who are there', help: 'Who is on a break or off work gets no dialogs. Who leaves gives back those in which the customer waits.' },
    MAX_CHAT: { label: 'Dialogs at a time', help: `How many one person may have. ${zero('any number')}` },
    TYPE_MAX_CHAT: { label: 'Which dialogs count', help: '' },
    SESSION_PRIORITY: { label: 'Priority', help: 'Where people answer several lines, dialogs of the line with the higher number are given first.' },
    WORKTIME_ENABLE: { label: 'The line has working hours', help: 'Otherwise it is always open.' },
    WORKTIME_FROM: { label: 'From', help: '' },
    WORKTIME_TO: { label: 'To', help: 'Earlier than the beginning: it ends on the next day.' },
    WORKTIME_TIMEZONE: { label: 'Time zone', help: 'Such as Europe/Berlin.' },
    WORKTIME_DAYOFF: { label: 'Days off', help: '' },
    WORKTIME_HOLIDAYS: { label: 'Holidays', help: 'Day and month, with commas between them: 01.01, 25.12' },
    WORKTIME_DAYOFF_RULE: { label: 'Who writes while it is closed', help: '' },
    WORKTIME_DAYOFF_TEXT: { label: 'Text outside working hours', help: '' },
    WORKTIME_DAYOFF_BOT_ID: { label: 'Bot outside working hours', help: '' },
    WELCOME_BOT_ENABLE: { label: 'A bot receives customers', help: 'Before they come to an operator. It welcomes them itself.' },
    WELCOME_BOT_ID: { label: 'Bot', help: '' },
    WELCOME_BOT_JOIN: { label: 'Whom it receives', help: '' },
    WELCOME_BOT_TIME: { label: 'Handed to the queue after', help: `Unless the bot does so before. ${zero('only when the bot does')}` },
    WELCOME_BOT_LEFT: { label: 'When it has handed over', help: '' },
    WELCOME_MESSAGE: { label: 'Welcome customers', help: '' },
    WELCOME_MESSAGE_TEXT: { label: 'Welcome', help: '' },
    SEND_WELCOME_EACH_SESSION: { label: 'Welcome them each time', help: 'Otherwise only whoever writes for the first time.' },
    NO_ANSWER_RULE: { label: 'When nobody answers', help: '' },
    NO_ANSWER_TIME: { label: 'Unanswered for', help: 'Working time.' },
    NO_ANSWER_TEXT: { label: 'Apology', help: '' },
    NO_ANSWER_BOT_ID: { label: 'Bot when nobody answers', help: '' },
    CLOSE_RULE: { label: 'When an operator finishes', help: '' },
    CLOSE_TEXT: { label: 'Goodbye', help: '' },
    CLOSE_BOT_ID: { label: 'Bot that says goodbye', help: '' },
    FULL_CLOSE_TIME: { label: 'Afterwards the customer may go on for', help: `Who writes meanwhile stays with the same operator. ${zero('it is closed at once')}` },
    AUTO_CLOSE_TIME: { label: 'Closed when the customer is silent for', help: `It counts from the operator’s answer, at night too. ${zero('never')}` },
    AUTO_CLOSE_RULE: { label: 'When it is closed so', help: '' },
    AUTO_CLOSE_TEXT: { label: 'Goodbye to the silent', help: '' },
    AUTO_CLOSE_BOT_ID: { label: 'Bot that says goodbye to the silent', help: '' },
    AUTO_EXPIRE_TIME: { label: 'Then the customer may go on for', help: zero('it is closed at once') },
    VOTE_MESSAGE: { label: 'Ask customers for a rating', help: '' },
    VOTE_MESSAGE_2_TEXT: { label: 'Question', help: 'Say that 1 is good and 0 is bad.' },
    VOTE_MESSAGE_2_LIKE: { label: 'Thanks for a 1', help: '' },
    VOTE_MESSAGE_2_DISLIKE: { label: 'Reply to a 0', help: '' },
    VOTE_BEFORE_FINISH: { label: 'When to ask', help: '' },
    VOTE_TIME_LIMIT: { label: 'Counts when it comes within', help: zero('whenever it comes') },
    VOTE_CLOSING_DELAY: { label: 'A rating closes the dialog at once', help: 'Where it is asked for before the end.' },
    CRM: { label: 'Look customers up in the CRM', help: 'By telephone, e-mail and earlier dialogs.' },
    CRM_CREATE: { label: 'For somebody new', help: '' },
    CRM_CREATE_THIRD: { label: 'Another deal for known customers', help: 'Where they have no open one.' },
    CRM_SOURCE: { label: 'Source', help: '“create” makes one for each channel; else the code of a source in the CRM.' },
    CRM_CHAT_TRACKER: { label: 'Keep telephones and addresses that customers mention', help: '' },
    CRM_FORWARD: { label: 'Give the dialog to whoever is responsible in the CRM', help: '' },
    CRM_TRANSFER_CHANGE: { label: 'A transfer changes who is responsible in the CRM', help: '' },
    KPI_FIRST_ANSWER_TIME: { label: 'First answer within', help: `Working time. ${zero('none is late')}` },
    KPI_FIRST_ANSWER_ALERT: { label: 'Tell somebody when the first answer is late', help: '' },
    KPI_FIRST_ANSWER_LIST: { label: 'Who is told of a late first answer', help: '' },
    KPI_FIRST_ANSWER_TEXT: { label: 'Notice of a late first answer', help: '#OPERATOR# and #DIALOG# are filled in. Empty: a usual text.' },
    KPI_FURTHER_ANSWER_TIME: { label: 'Further answers within', help: `Working time. ${zero('none is late')}` },
    KPI_FURTHER_ANSWER_ALERT: { label: 'Tell somebody when a further answer is late', help: '' },
    KPI_FURTHER_ANSWER_LIST: { label: 'Who is told of a late further answer', help: '' },
    KPI_FURTHER_ANSWER_TEXT: { label: 'Notice of a late further answer', help: '#OPERATOR# and #DIALOG# are filled in. Empty: a usual text.' },
    KPI_CHECK_OPERATOR_ACTIVITY: { label: 'Only of operators who are there', help: 'Nobody is told of an answer that somebody owes who has left.' },
    SEND_NOTIFICATION_EMPTY_QUEUE: { label: 'Tell administrators when a customer waits and nobody is free', help: 'Once until they have read it.' },
  },

  choices: {
    QUEUE_TYPE: {
      evenly: { label: 'Evenly', text: 'Each in turn: whoever had none for longest.' },
      strictly: { label: 'Strictly', text: 'The first in the queue who is free, else the next.' },
      all: { label: 'To all', text: 'Everybody in the queue sees it; whoever takes it has it.' },
    },
    TYPE_MAX_CHAT: {
      answered_new: { label: 'New and answered ones', text: 'All that are open, until they are finished.' },
      answered: { label: 'Answered ones', text: 'Those in which the person has written. New ones come on top.' },
      closed: { label: 'All until they are closed for good', text: 'Also finished ones with which the customer may still go on.' },
    },
    WORKTIME_DAYOFF_RULE: {
      none: { label: 'Is told nothing of it', text: '' },
      text: { label: 'Is told that the line is closed', text: 'Once in a dialog, instead of the welcome.' },
      bot: { label: 'Is received by a bot', text: '' },
    },
    WELCOME_BOT_JOIN: {
      always: { label: 'Everybody', text: 'Whenever a new dialog begins.' },
      first: { label: 'New customers', text: 'Those who write for the first time.' },
    },
    WELCOME_BOT_LEFT: {
      queue: { label: 'It leaves', text: '' },
      close: { label: 'It stays until the end', text: 'It goes on hearing what the customer writes.' },
    },
    NO_ANSWER_RULE: {
      none: { label: 'Say nothing', text: '' },
      text: { label: 'Apologise', text: 'Once in a dialog.' },
      bot: { label: 'Let a bot answer', text: '' },
    },
    CLOSE_RULE: {
      none: { label: 'Say nothing', text: '' },
      text: { label: 'Say goodbye', text: '' },
      bot: { label: 'Let a bot say goodbye', text: 'It has a minute at least.' },
    },
    AUTO_CLOSE_RULE: {
      none: { label: 'Say nothing', text: '' },
      text: { label: 'Say goodbye', text: '' },
      bot: { label: 'Let a bot say goodbye', text: 'It has a minute at least.' },
    },
    VOTE_BEFORE_FINISH: {
      Y: { label: 'Before the end', text: 'When it is finished and the customer may still go on.' },
      N: { label: 'After the end', text: 'When the dialog is closed for good.' },
    },
    CRM_CREATE: {
      none: { label: 'Nothing', text: '' },
      lead: { label: 'A lead', text: '' },
      deal: { label: 'A deal, with a contact', text: '' },
    },
  } as Record<string, Record<string, { label: string; text: string }>>,

  units: { 1: 'seconds', 60: 'minutes', 3600: 'hours', 86400: 'days' } as Record<number, string>,
  unitOf: (label: string) => `Unit of: ${label}`,
  days: { MO: 'Mon', TU: 'Tue', WE: 'Wed', TH: 'Thu', FR: 'Fri', SA: 'Sat', SU: 'Sun' },
  dayNames: {
    MO: 'Monday',
    TU: 'Tuesday',
    WE: 'Wednesday',
    TH: 'Thursday',
    FR: 'Friday',
    SA: 'Saturday',
    SU: 'Sunday',
  },

  queue: {
    add: 'Add people or departments',
    addPeople: 'Add people',
    pickTitle: 'Add to the queue',
    pickPeople: 'Who is told',
    none: 'Nobody yet: customers wait until somebody is here.',
    noneTold: 'Nobody yet.',
    everybodyHere: 'Everybody is here already',
    department: 'Department',
    gone: 'Not there any more',
    up: (name: string) => `Move ${name} up`,
    down: (name: string) => `Move ${name} down`,
    remove: (name: string) => `Remove ${name}`,
    moved: (name: string, at: number, of: number) => `${name} is now ${at} of ${of}`,
    removed: (name: string) => `${name} is removed`,
    person: (id: string) => `Person ${id}`,
    someDepartment: (id: string) => `Department ${id}`,
  },

  bots: {
    choose: 'Choose a bot',
    none: 'There is no bot that may speak in lines. An application registers one.',
    gone: (id: string) => `Bot ${id}, which is not there any more`,
    failed: (reason: string) => `The bots cannot be listed. ${reason}`,
  },

  wrong: {
    bot: 'Choose a bot that is there.',
    text: 'This text cannot be kept.',
    number: 'Give a whole number, 0 or more.',
    duration: 'Give a whole number, and a year at most.',
    time: 'Give a time of the day, such as 09:30.',
    zone: 'There is no such time zone. Choose one such as Europe/Berlin.',
    dates: 'Give days and months, such as 01.01, 25.12.',
    list: 'Somebody in this list is not there any more.',
    choice: 'Choose one of these.',
  },

  preview: {
    title: 'What happens to a message',
    lead: 'By the settings as they stand here, saved or not. Who is there is as of now.',
    moment: 'The message comes',
    moments: { now: 'Now', then: 'At another moment' },
    at: 'Date and time',
    zones: (here: string, there: string) => `Times are by your clock, ${here}. The hours of the line are by ${there}.`,
    failed: (reason: string) => `What happens cannot be told. ${reason}`,
    wrong: (label: string) => `“${label}” has a wrong value.`,
    empty: 'Nothing by itself.',
    phases: {
      message: 'A customer writes, and nobody reacts',
      answer: 'It was answered, and the customer is silent',
      again: 'The customer writes again, and nobody reacts',
      finish: 'An operator finishes it',
    },
    atOnce: 'At once',
    after: (span: string) => `After ${span}`,
    afterUntil: (span: string, moment: string) => `After ${span}, ${moment}`,
    spans: {
      day: (count: number) => plural(count, 'day', 'days'),
      hour: (count: number) => plural(count, 'hour', 'hours'),
      minute: (count: number) => plural(count, 'minute', 'minutes'),
      second: (count: number) => plural(count, 'second', 'seconds'),
    },
    quote: (text: string) => `“${text}”`,
    names: (names: readonly string[]) => names.join(', '),
    steps: {
      refused: () => 'The message is refused: the line is off.',
      closed: () => 'The customer is told that the line is closed:',
      bot: ({ bot, each }: StepValues) => (each ? `${bot} receives the customer.` : `${bot} receives a new customer.`),
      'bot called': ({ bot }: StepValues) => `${bot} is called.`,
      welcome: ({ each }: StepValues) => (each ? 'The customer is welcomed:' : 'A new customer is welcomed:'),
      'for all': ({ people }: StepValues) => `Everybody in the queue sees it (${plural(Number(people), 'person', 'people')}), until somebody takes it.`,
      offered: ({ operator }: StepValues) => `It is offered to ${operator}.`,
      'passed on': ({ operator }: StepValues) => `It is passed on to ${operator}.`,
      'goes round': () => 'It goes on like this, from one to the next.',
      stays: () => 'Nobody else is free: it stays there until somebody is.',
      waits: ({ why, ahead }: StepValues) => {
        const reason = WAITS[String(why)] ?? ''
        const others = Number(ahead) < MOST_COUNTED ? plural(Number(ahead), 'other', 'others') : 'many others'
        return ahead ? `${reason} It waits behind ${others}.` : `${reason} It waits.`
      },
      'administrators told': () => 'Administrators get a notice that nobody is free.',
      excuse: () => 'The customer gets the apology:',
      late: ({ told }: StepValues) =>
        Array.isArray(told) && told.length
          ? `The answer counts as late. ${told.join(', ')} get a notice.`
          : 'The answer counts as late. Nobody gets a notice.',
      farewell: () => 'The customer is told goodbye:',
      closing: ({ seconds }: StepValues) => `It is finished. For ${spanOf(Number(seconds))} the customer may go on with it.`,
      vote: () => 'Whoever was answered is asked for a rating:',
      ended: () => 'It is closed for good.',
    } as Record<string, (values: StepValues) => string>,
  },

  trial: {
    title: 'Try it',
    lead: 'A test customer writes over the saved line. Nothing goes outside or into the CRM. Time passes for the whole portal.',
    unsaved: 'Save first: what is tried is the line as it is saved.',
    off: 'The line is off: switch it on and save.',
    text: 'The test customer writes',
    first: 'Hello, is anybody there?',
    write: 'Write',
    pass: 'Let time pass',
    minutes: (count: number) => plural(count, 'minute', 'minutes'),
    clock: (moment: string) => `The portal’s clock: ${moment}`,
    open: 'Open in the inbox',
    another: 'Another customer',
    log: 'What happened',
    nothing: 'Nothing yet. Let the test customer write.',
    failed: 'That did not work.',
    kinds: {
      'session opened': () => 'The dialog begins.',
      customer: () => 'The customer writes:',
      system: () => 'The line says:',
      operator: () => 'An operator writes:',
      offered: ({ operator }: StepValues) => `Offered to ${operator}.`,
      'bot joined': ({ operator }: StepValues) => `Received by ${operator}, a bot.`,
      'bot left': () => 'Handed to the queue by the bot.',
      'passed on': ({ operator }: StepValues) => (operator ? `Passed on to ${operator}.` : 'Handed to the queue.'),
      returned: () => 'Back in the queue: it waits for somebody who is free.',
      taken: ({ operator }: StepValues) => `Taken by ${operator}.`,
      intercepted: ({ operator }: StepValues) => `Taken over by ${operator}.`,
      'first answer late': () => 'The first answer is late.',
      'further answer late': () => 'A further answer is late.',
      finished: () => 'Finished: the customer may go on with it.',
      'left alone': () => 'The customer is silent: it is finished, and may be gone on with.',
      voted: ({ vote }: StepValues) => (Number(vote) > 1 ? 'The customer is content.' : 'The customer is not content.'),
      'session closed': () => 'Closed for good.',
    } as Record<string, (values: StepValues) => string>,
  },
}

export type StepValues = Record<string, unknown>

const WAITS: Record<string, string> = {
  'nobody in the queue': 'Nobody is in the queue.',
  'nobody there': 'Nobody of the queue is there.',
  'no room': 'Everybody who is there has enough dialogs.',
}
/** The server counts no further. */
const MOST_COUNTED = 100
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** A span in its two largest units: 1 day 3 hours. */
export function spanOf(seconds: number): string {
  let left = seconds
  const parts: string[] = []
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size)
    if (count) parts.push(lines.preview.spans[unit](count))
    left -= count * size
    if (parts.length === 2) break
  }
  return parts.join(' ') || lines.preview.spans.second(0)
}
