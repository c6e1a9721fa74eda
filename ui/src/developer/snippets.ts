// First lines of code for what was just made, with its secrets filled in.
import type { AppSecrets } from '@/api/types'

export interface Snippet {
  title: string
  code: string
  /** What in it is hidden until it is shown. */
  secrets: readonly string[]
}

const quoted = (text: string): string => JSON.stringify(text)

/** Calls in an application's name. */
export function appSnippets(secrets: AppSecrets): Snippet[] {
  const { domain } = secrets
  const hidden = [secrets.access_token, secrets.refresh_token, secrets.client_secret]
  const python = `from datetime import datetime

from b24pysdk import BitrixApp, BitrixToken
from b24pysdk.api.requesters import BitrixOAuthRequester

BitrixOAuthRequester._OAUTH_TOKEN_URL = ${quoted(`https://${domain}/oauth/token/`)}
BitrixOAuthRequester._APP_INFO_URL = ${quoted(`https://${domain}/rest/app.info`)}

token = BitrixToken(
    domain=${quoted(domain)},
    auth_token=${quoted(secrets.access_token)},
    refresh_token=${quoted(secrets.refresh_token)},
    expires=datetime.fromtimestamp(${secrets.expires}).astimezone(),
    expires_in=${secrets.expires_in},
    bitrix_app=BitrixApp(client_id=${quoted(secrets.client_id)}, client_secret=${quoted(secrets.client_secret)}),
)
print(token.call_method("profile", {})["result"])`
  const curl = `curl ${quoted(`${secrets.client_endpoint}profile`)} --data ${quoted(`auth=${secrets.access_token}`)}`
  return [
    { title: 'curl', code: curl, secrets: hidden },
    { title: 'b24pysdk', code: python, secrets: hidden },
  ]
}

/** Calls through an incoming webhook, whose address ends with the person's id and the code. */
export function webhookSnippets(url: string): Snippet[] {
  const { host, pathname } = new URL(url)
  const [user = '', code = ''] = pathname.split('/').filter(Boolean).slice(-2)
  const python = `from b24pysdk import BitrixWebhook

webhook = BitrixWebhook(domain=${quoted(host)}, webhook_token=${quoted(`${user}/${code}`)})
print(webhook.call_method("profile", {})["result"])`
  return [
    { title: 'curl', code: `curl ${quoted(`${url}profile`)}`, secrets: [code] },
    { title: 'b24pysdk', code: python, secrets: [code] },
  ]
}
