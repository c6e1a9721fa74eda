// The steps of a bot of open lines with the unmodified JavaScript SDK over an incoming webhook: one JSON command per
// line in, one result out. First {"step":"start"} with the webhook's address and the bot's token.

import { createInterface } from 'node:readline'
import { B24Hook } from '@bitrix24/b24jssdk'

let sdk
let token

function start({ url, token: given }) {
  sdk = B24Hook.fromWebhookUrl(url)
  sdk.offClientSideWarning()
  token = given
  return true
}

async function call(method, params) {
  const answer = await sdk.actions.v2.call.make({ method, params, requestId: `line-bot-${method}` })
  if (!answer.isSuccess) throw [...answer.getErrors()][0]
  return answer.getData().result
}

const PROPERTIES = { name: 'First line', workPosition: 'Asks what it is about', color: 'GREEN' }
const HOW = { type: 'bot', isSupportOpenline: true, eventMode: 'webhook' }

const STEPS = {
  start,
  register: ({ handler, code }) =>
    call('imbot.v2.Bot.register', {
      fields: { code, botToken: token, properties: PROPERTIES, webhookUrl: handler, ...HOW },
    }),
  operator: ({ chat }) => call('imopenlines.bot.session.operator', { CHAT_ID: chat }),
  transfer: ({ chat, user }) =>
    call('imopenlines.bot.session.transfer', { CHAT_ID: chat, USER_ID: user, CLIENT_ID: token }),
  finish: ({ chat }) => call('imopenlines.bot.session.finish', { CHAT_ID: chat, CLIENT_ID: token }),
}

for await (const line of createInterface({ input: process.stdin })) {
  const { step, ...input } = JSON.parse(line)
  let output
  try {
    if (!Object.hasOwn(STEPS, step)) throw new Error(`no such step: ${step}`)
    output = { step, ok: true, result: (await STEPS[step](input)) ?? null }
  } catch (error) {
    const { name, code, status, message } = error
    output = { step, ok: false, error: { name, code, status, message } }
  }
  process.stdout.write(`${JSON.stringify(output)}\n`)
}
