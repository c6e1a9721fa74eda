"""The steps of the connector tutorial with the unmodified Python SDK: a JSON command per line in, a result out.

The same steps as ../node/tutorial.mjs knows. First {"step": "start"} with the fields of the portal's own auth block.
"""

from datetime import datetime
from typing import Any

from b24pysdk import BitrixApp, BitrixToken, Client
from b24pysdk.api.requesters import BitrixOAuthRequester
from b24pysdk.credentials import OAuthEventData
from steps import serve

CONNECTOR = "python_site_chat"
ICON = {"DATA_IMAGE": "data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E", "COLOR": "#1f7a5c"}


class Tutorial:
    """A client of one portal."""

    token: BitrixToken
    client: Client

    def start(self, domain: str, client_id: str, client_secret: str, **tokens: Any) -> bool:
        # The SDK has its authorisation server as two constants; they are all that is pointed elsewhere.
        BitrixOAuthRequester._OAUTH_TOKEN_URL = f"https://{domain}/oauth/token/"
        BitrixOAuthRequester._APP_INFO_URL = f"https://{domain}/rest/app.info/"
        self.token = BitrixToken(
            domain=domain,
            auth_token=tokens["access_token"],
            refresh_token=tokens["refresh_token"],
            expires=datetime.fromtimestamp(tokens["expires"]).astimezone(),
            expires_in=tokens["expires_in"],
            bitrix_app=BitrixApp(client_id=client_id, client_secret=client_secret),
        )
        self.client = Client(self.token)
        return True

    def register(self, handler: str, connector: str = CONNECTOR) -> Any:
        register = self.client.imconnector.register
        return register(bitrix_id=connector, name="Site chat", icon=ICON, placement_handler=handler).result

    def bind(self, handler: str, event: str = "OnImConnectorMessageAdd") -> Any:
        return self.client.event.bind(event=event, handler=handler).result

    def activate(self, line: int, active: int = 1, connector: str = CONNECTOR) -> Any:
        return self.client.imconnector.activate(connector=connector, line=line, active=active).result

    def data_set(self, line: int, connector: str = CONNECTOR) -> Any:
        data = {"ID": f"{connector}_{line}", "URL_IM": "", "NAME": "Site chat"}
        return self.client.imconnector.connector.data.set(connector=connector, line=line, data=data).result

    def send(self, line: int, messages: list[Any], connector: str = CONNECTOR) -> Any:
        return self.client.imconnector.send.messages(connector=connector, line=line, messages=messages).result

    def delivery(self, line: int, messages: list[Any], connector: str = CONNECTOR) -> Any:
        return self.client.imconnector.send.status.delivery(connector=connector, line=line, messages=messages).result

    def status(self, line: int, connector: str = CONNECTOR) -> Any:
        return self.client.imconnector.status(connector=connector, line=line).result

    def dialog(self, chat: int) -> Any:
        return self.client.imopenlines.dialog.get(chat_id=chat).result

    def find_object(self, kind: int, code: str) -> Any:
        select = ["id", "title", "imol"]
        found = self.client.crm.item.list(entity_type_id=kind, select=select, filter={"=imol": f"imol|{code}"})
        return found.result["items"]

    def add_lead(self, fields: dict[str, Any]) -> Any:
        return self.client.crm.lead.add(fields=fields).result

    def lead(self, number: int) -> Any:
        return self.client.crm.lead.get(bitrix_id=number).result

    def leads(self, given: dict[str, Any], select: list[str]) -> Any:
        return self.client.crm.lead.list(filter=given, select=select).result

    def find_by_phone(self, phone: str) -> Any:
        return self.client.crm.duplicate.findbycomm(type="PHONE", values=[phone]).result

    def network_join(self, code: str) -> Any:
        return self.client.imopenlines.network.join(code=code).response.result

    def network_write(self, code: str, user: int, text: str) -> Any:
        return self.client.imopenlines.network.message.add(code=code, message=text, user_id=user).response.result

    def refresh(self) -> Any:
        self.token.refresh_and_set_oauth_token()
        return {"access_token": self.token.auth_token}

    def call(self, method: str, params: dict[str, Any]) -> Any:
        return self.token.call_method(method, params)["result"]

    def batch(self, calls: dict[str, list[Any]]) -> Any:
        answer = self.token.call_batch({name: tuple(call) for name, call in calls.items()})["result"]
        errors = [error["error"] for error in answer["result_error"].values()] if answer["result_error"] else []
        return {"ok": not errors, "data": answer["result"], "errors": errors}

    def list(self, method: str, params: dict[str, Any]) -> Any:
        return self.token.call_list(method, params)["result"]

    def list_fast(self, method: str, params: dict[str, Any]) -> Any:
        return list(self.token.call_list_fast(method, params)["result"])

    def app_info(self) -> Any:
        info = self.token.get_app_info()
        return {"client_id": info.result.client_id, "status": str(info.result.install.status.value)}

    def event(self, fields: dict[str, str]) -> Any:
        """Parse an event as a handler does."""
        event = OAuthEventData.from_dict(fields)
        return {"event": event.event, "data": event.data, "application_token": event.auth.application_token}


if __name__ == "__main__":
    serve(Tutorial())
