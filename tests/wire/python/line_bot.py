"""The steps of a bot of open lines with the unmodified Python SDK over an incoming webhook.

The same steps as ../node/line_bot.mjs knows: a JSON command per line in, a result out. First {"step": "start"} with
the webhook's address and the bot's token.
"""

from typing import Any
from urllib.parse import urlsplit

from b24pysdk import BitrixWebhook, Client
from steps import serve


class LineBot:
    """A bot that receives customers and hands them on."""

    webhook: BitrixWebhook
    client: Client
    token: str

    def start(self, url: str, token: str) -> bool:
        address = urlsplit(url)
        self.webhook = BitrixWebhook(domain=address.netloc, webhook_token=address.path.removeprefix("/rest/"))
        self.client, self.token = Client(self.webhook), token
        return True

    def call(self, method: str, params: dict[str, Any]) -> Any:
        return self.webhook.call_method(method, params)["result"]

    def register(self, handler: str, code: str) -> Any:
        about = {"name": "First line", "workPosition": "Asks what it is about", "color": "GREEN"}
        how = {"type": "bot", "isSupportOpenline": True, "eventMode": "webhook", "webhookUrl": handler}
        fields = {"code": code, "botToken": self.token, "properties": about, **how}
        return self.call("imbot.v2.Bot.register", {"fields": fields})

    def operator(self, chat: int) -> Any:
        return self.client.imopenlines.bot.session.operator(chat_id=chat).response.result

    def transfer(self, chat: int, user: int) -> Any:
        params = {"CHAT_ID": chat, "USER_ID": user, "CLIENT_ID": self.token}
        return self.call("imopenlines.bot.session.transfer", params)

    def finish(self, chat: int) -> Any:
        return self.call("imopenlines.bot.session.finish", {"CHAT_ID": chat, "CLIENT_ID": self.token})


if __name__ == "__main__":
    serve(LineBot())
