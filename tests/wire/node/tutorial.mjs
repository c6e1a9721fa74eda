// The steps of the connector tutorial with the unmodified JavaScript SDK: one JSON command per line in, one result out.
//
// First {"step":"start", domain, client_id, client_secret, access_token, refresh_token, expires, ...} with the fields
// of the portal's own auth block, then any of the steps below. Tokens renewed since the last line come as "renewed".

import { createInterface } from 'node:readline'
import { B24OAuth } from '@bitrix24/b24jssdk'

const CONNECTOR = 'node_site_chat'
const ICON = { DATA_IMAGE: 'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E', COLOR: '#1f7a5c' }

let sdk
let renewed

function start(auth) {
  sdk = new B24OAuth(
    {
      domain: auth.domain,
      clientEndpoint: auth.client_endpoint,
      serverEndpoint: auth.server_endpoint,
      memberId: auth.member_id,
      accessToken: auth.access_token,
      refreshToken: auth.refresh_token,
      applicationToken: auth.application_token,
      expires: Number(auth.expires), // in the past: the SDK renews the tokens before its first call
      expiresIn: Number(auth.expires_in ?? 3600),
      userId: Number(auth.user_id),
      scope: auth.scope,
      status: auth.status,
      issuer: 'event',
    },
    { clientId: auth.client_id, clientSecret: auth.client_secret },
  )
  sdk.offClientSideWarning()
  sdk.setCallbackRefreshAuth(async (change) => {
    renewed = change
  })
  return true
}

async function call(method, params = {}) {
  const answer = await sdk.actions.v2.call.make({ method, params })
  if (!answer.isSuccess) throw [...answer.getErrors()][0]
  return answer.getData().result
}

const STEPS = {
  start,
  register: ({ handler, connector = CONNECTOR }) =>
    call('imconnector.register', { ID: connector, NAME: 'Site chat', ICON, PLACEMENT_HANDLER: handler }),
  bind: ({ handler, event = 'OnImConnectorMessageAdd' }) => call('event.bind', { event, handler }),
  activate: ({ line, active = 1, connector = CONNECTOR }) =>
    call('imconnector.activate', { CONNECTOR: connector, LINE: line, ACTIVE: active }),
  data_set: ({ line, connector = CONNECTOR, data = { ID: `${connector}_${line}`, URL_IM: '', NAME: 'Site chat' } }) =>
    call('imconnector.connector.data.set', { CONNECTOR: connector, LINE: line, DATA: data }),
  send: ({ line, messages, connector = CONNECTOR }) =>
    call('imconnector.send.messages', { CONNECTOR: connector, LINE: line, MESSAGES: messages }),
  delivery: ({ line, messages, connector = CONNECTOR }) =>
    call('imconnector.send.status.delivery', { CONNECTOR: connector, LINE: line, MESSAGES: messages }),
  status: ({ line, connector = CONNECTOR }) => call('imconnector.status', { CONNECTOR: connector, LINE: line }),
  network_join: ({ code }) => call('imopenlines.network.join', { CODE: code }),
  network_write: ({ code, user, text }) =>
    call('imopenlines.network.message.add', { CODE: code, MESSAGE: text, USER_ID: user }),
  refresh: () => sdk.auth.refreshAuth(),
  call: ({ method, params }) => call(method, params),
  batch: async ({ calls }) => {
    const answer = await sdk.actions.v2.batch.make({ calls, options: { isHaltOnError: false } })
    return { ok: answer.isSuccess, data: answer.getData(), errors: answer.getErrorMessages() }
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const { step, ...input } = JSON.parse(line)
  renewed = undefined
  let output
  try {
    if (!Object.hasOwn(STEPS, step)) throw new Error(`no such step: ${step}`)
    output = { step, ok: true, result: (await STEPS[step](input)) ?? null }
  } catch (error) {
    const { name, code, status, message } = error
    output = { step, ok: false, error: { name, code, status, message } }
  }
  if (renewed) output.renewed = renewed
  process.stdout.write(`${JSON.stringify(output)}\n`)
}
