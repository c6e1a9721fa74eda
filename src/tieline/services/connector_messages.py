"""Messages that connectors pass in, change, withdraw and confirm."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from tieline.domain.chats import Author, Chat, Message, OuterChat, OuterMessage
from tieline.domain.connectors import TRIAL, Connector
from tieline.domain.files import File
from tieline.domain.lines import Line
from tieline.domain.people import OuterUser, User
from tieline.domain.sessions import Move
from tieline.services import automation, buttons, chats, connectors, crm_dialogs, sessions
from tieline.services.call import Call
from tieline.services.messages import rewrite, shorten, tell_added
from tieline.store import chats as chat_store
from tieline.store import files as file_store
from tieline.store import happenings, lines, people
from tieline.store import messages as message_store
from tieline.store.signals import FilesDue

MAX_OUTER_ID = 255
MAX_FILES = 20
MAX_FILE_NAME = 255
NAME_LENGTH = 25  # of a customer's name and last name, as the documentation limits them
TITLE_LENGTH = 255


class MessageRefused(Exception):
    """One message of a request cannot be taken; the others can."""


class Incoming(NamedTuple):
    """One message of a request: who, what and where, in the connector's own names."""

    user: OuterUser
    message: OuterMessage
    chat: OuterChat


class Receipt(NamedTuple):
    """What became of one message of a request."""

    incoming: Incoming
    user_id: int = 0
    chat_id: int = 0
    session_id: int | None = None
    message: Message | None = None
    files: tuple[File, ...] = ()
    error: str = ""


def _each(
    call: Call, connector: Connector, line: Line, messages: list[Incoming], handle: Callable[[Incoming], Receipt]
) -> list[Receipt]:
    """Handle messages in order, each in a savepoint of its own where there are several."""
    keys = {_key(connector, incoming) for incoming in messages}
    if len(keys) > 1 and call.tx.engine != "sqlite":  # else requests with the same new dialogs wait for each other
        lines.lock_line(call.tx, call.portal_id, line.id)
        for key in sorted(keys):
            chat_store.lock_dialog(call.tx, call.portal_id, connector.code, line.id, *key)
    receipts = []
    for incoming in messages:
        try:
            if len(messages) == 1:
                receipts.append(handle(incoming))
            else:
                with call.tx.savepoint():
                    receipts.append(handle(incoming))
        except MessageRefused as refusal:
            receipts.append(Receipt(incoming, error=str(refusal)))
    return receipts


def _key(connector: Connector, incoming: Incoming) -> tuple[str, str]:
    """Name a dialog by its outer chat and user; in group mode by the chat alone."""
    return incoming.chat.id, "" if connector.chat_group else incoming.user.id


def receive(call: Call, code: str, line_id: int, messages: list[Incoming]) -> list[Receipt]:
    """Take customers' messages in, each once by its outer id; a repeat is answered like the first."""
    connector, line = connectors.provider(call, code, line_id)
    return _each(call, connector, line, messages, lambda incoming: _receive(call, connector, line, incoming))


def receive_trial(call: Call, line_id: int, incoming: Incoming) -> Receipt:
    """Take in what a test customer writes, through the portal's own connector."""
    return _receive(call, TRIAL, connectors.active_line(call, line_id), incoming)


def _receive(call: Call, connector: Connector, line: Line, incoming: Incoming) -> Receipt:
    _check(incoming)
    manager_id = incoming.message.user_id
    if manager_id is not None and call.find_person(manager_id) is None:
        raise MessageRefused("There is no manager with this user_id")
    customer = call.customer = _customer(call, connector, incoming.user)
    chat = locked = _dialog(call, connector, line, incoming, customer)
    author, author_id = (Author.CUSTOMER, customer.id) if manager_id is None else (Author.OPERATOR, manager_id)
    outer_id = incoming.message.id
    text = shorten(incoming.message.text)
    button = buttons.find_pressed(call, chat, text) if chat.keyboard_id and chat.bots and manager_id is None else None
    if button is not None:
        text = button.says or text
    begins, votes = False, manager_id is None and automation.is_vote(call, chat, incoming.message.text)
    if not sessions.is_open(chat):
        if outer_id and (known := _find_outer(call, chat, author_id, outer_id)):
            return _repeated(call, incoming, customer.id, known)
        if not votes:
            chat = sessions.open_session(call, chat, line)
            begins = True
            if manager_id is None:
                chat = automation.appoint(call, chat, line, first=locked.session_id is None)
    message_id = message_store.add_message(
        call.tx,
        call.portal_id,
        chat,
        author_id=author_id,
        author=author,
        text=text,
        outer_id=outer_id,
        now=call.now,
        params={"disable_crm": True} if incoming.message.disable_crm else None,
    )
    if message_id is None:
        assert outer_id is not None
        known = _find_outer(call, chat, author_id, outer_id)
        assert known is not None
        return _repeated(call, incoming, customer.id, known)
    _wait_for_files(call, chat, message_id, author_id, incoming.message)
    pressed = buttons.press(call, chat, button, customer.id) if button is not None else frozenset()
    tell_added(
        call,
        chat,
        message_id,
        author=author,
        author_id=author_id,
        text=text,
        files=bool(incoming.message.files),
        pressed=pressed,
    )
    chat = chats.appended(chat, message_id, call.now)
    if author is Author.OPERATOR:
        chat = sessions.answer(call, chat, author_id)
    elif votes:
        chat = automation.vote(call, chat, incoming.message.text)
    else:
        chat = _written(call, chat, line, begins=begins, first=locked.session_id is None)
    chats.keep(call, chat, locked)
    _meet_crm(call, chat, line, incoming, customer, opened=chat.session_id != locked.session_id)
    return Receipt(incoming, customer.id, chat.id, chat.session_id)


def _find_outer(call: Call, chat: Chat, author_id: int, outer_id: str) -> Message | None:
    return message_store.find_outer_message(call.tx, call.portal_id, chat.id, author_id, outer_id)


def _meet_crm(call: Call, chat: Chat, line: Line, incoming: Incoming, customer: User, *, opened: bool) -> None:
    """Let the CRM learn of a message, behind what gave a new session to its operator."""
    before = chats.lock(call, chat.id) if opened else chat
    after = crm_dialogs.follow(call, before, line, incoming.user, incoming.message, customer, opened=opened)
    if after != before:
        chats.keep(call, after, before)


def _written(call: Call, chat: Chat, line: Line, *, begins: bool, first: bool) -> Chat:
    """Return a locked dialog behind words of its customer, with what the line says to them."""
    before = chat.status
    chat = sessions.move(call, chat, Move.CUSTOMER_WROTE)
    chat = chat._replace(waiting_since=chat.waiting_since or call.now)
    if begins:
        return automation.greet(call, chat, line, first=first)
    if chat.status != before:
        return automation.tell_closed(call, chat, line)
    return chat


def _repeated(call: Call, incoming: Incoming, customer_id: int, known: Message) -> Receipt:
    files = file_store.list_files(call.tx, call.portal_id, [known.id]).get(known.id, [])
    return Receipt(incoming, customer_id, known.chat_id, known.session_id, known, tuple(files))


def _check(incoming: Incoming) -> None:
    if not incoming.user.id:
        raise MessageRefused("The user's id is missing")
    if not incoming.chat.id:
        raise MessageRefused("The chat's id is missing")
    ids = (incoming.user.id, incoming.chat.id, incoming.message.id or "")
    if max(map(len, ids)) > MAX_OUTER_ID:
        raise MessageRefused(f"An id is longer than {MAX_OUTER_ID} characters")
    if "|" in incoming.user.id or "|" in incoming.chat.id:
        raise MessageRefused("An id of a user or a chat cannot contain |")
    _check_content(incoming.message)


def _check_content(message: OuterMessage) -> None:
    if not message.text.strip() and not message.files:
        raise MessageRefused("The message has neither text nor files")
    if len(message.files) > MAX_FILES:
        raise MessageRefused(f"The message has more than {MAX_FILES} files")


def _wait_for_files(call: Call, chat: Chat, message_id: int, author_id: int, message: OuterMessage) -> None:
    for file in message.files:
        file_store.add_file(
            call.tx,
            call.portal_id,
            chat_id=chat.id,
            message_id=message_id,
            author_id=author_id,
            name=file.name[:MAX_FILE_NAME],
            source_url=file.url,
            now=call.real_now,
        )
    if message.files:
        call.tx.signal(FilesDue(call.portal_id))


def _replace_files(call: Call, chat: Chat, message: Message, outer: OuterMessage) -> bool:
    """Let a message have the files that are named now; tells whether they differ from the former."""
    known = file_store.list_files(call.tx, call.portal_id, [message.id]).get(message.id, [])
    named = {file.url for file in outer.files}
    gone = [file for file in known if file.source_url not in named]
    new = tuple(file for file in outer.files if file.url not in {file.source_url for file in known})
    for file in gone:
        file_store.remove_file(call.tx, call.portal_id, file.id)
    _wait_for_files(call, chat, message.id, message.author_id, outer._replace(files=new))
    return bool(gone or new)


def _customer(call: Call, connector: Connector, outer: OuterUser) -> User:
    known = people.find_customer(call.tx, call.portal_id, connector.code, outer.id)
    if known is None:
        people.add_customer(call.tx, call.portal_id, connector.code, outer, call.now)
    elif _says_something_new(known, outer):
        people.set_customer(call.tx, call.portal_id, known.id, outer, call.now)
    else:
        return known
    customer = people.find_customer(call.tx, call.portal_id, connector.code, outer.id)
    assert customer is not None
    return customer


def _says_something_new(known: User, outer: OuterUser) -> bool:
    """Tell whether a connector names anything that differs; what it leaves out stays as it is."""
    if outer.name and (outer.name != known.name or outer.last_name != known.last_name):
        return True
    return bool(
        (outer.email and outer.email != known.email)
        or (outer.phone and outer.phone != known.phone)
        or (outer.gender and outer.gender != known.gender)
        or (outer.url and outer.url != known.url)
        or (outer.picture and outer.picture != known.avatar)
    )


def _dialog(call: Call, connector: Connector, line: Line, incoming: Incoming, customer: User) -> Chat:
    outer_chat, outer_user = _key(connector, incoming)
    key = (connector.code, line.id, outer_chat, outer_user)
    chat = chat_store.lock_dialog(call.tx, call.portal_id, *key)
    if chat is not None:
        return chat
    named = incoming.chat.name if connector.chat_group and incoming.chat.name else customer.full_name
    added = chat_store.add_dialog(
        call.tx,
        call.portal_id,
        title=f"{named} - {line.name}"[:TITLE_LENGTH],
        description=describe(incoming.chat),
        connector=connector.code,
        line_id=line.id,
        outer_chat=incoming.chat.id,
        outer_user=outer_user,
        customer_id=customer.id,
        now=call.now,
    )
    chat = added or chat_store.lock_dialog(call.tx, call.portal_id, *key)
    assert chat is not None
    return chat


def describe(chat: OuterChat) -> str:
    """Say where a chat comes from, as answers do."""
    return f"Link to the original post: {chat.url}" if chat.url else ""


def update(call: Call, code: str, line_id: int, messages: list[Incoming]) -> list[Receipt]:
    """Change messages that the connector passed in: the text, the files, each where it is given."""
    connector, line = connectors.provider(call, code, line_id)

    def change(incoming: Incoming) -> Receipt:
        chat, message = _known(call, connector, line, incoming)
        _check_content(incoming.message)
        if message.deleted_at is not None:
            raise MessageRefused("The message was deleted")
        text = shorten(incoming.message.text) if incoming.message.text.strip() else message.text
        other_files = bool(incoming.message.files) and _replace_files(call, chat, message, incoming.message)
        if text != message.text or other_files:
            changed = replace(message, text=text, edited_at=call.now)
            chats.keep(call, rewrite(call, chat, message, changed), chat)
        return Receipt(incoming, message.author_id, chat.id, message.session_id)

    return _each(call, connector, line, messages, change)


def delete(call: Call, code: str, line_id: int, messages: list[Incoming]) -> list[Receipt]:
    """Withdraw messages that the connector passed in, if it was registered as one that may."""
    connector, line = connectors.provider(call, code, line_id)

    def withdraw(incoming: Incoming) -> Receipt:
        if not connector.del_external_messages:
            raise MessageRefused("The connector was registered without deleting of its messages")
        chat, message = _known(call, connector, line, incoming)
        if message.deleted_at is None:
            deleted = replace(message, text="", deleted_at=call.now)
            chats.keep(call, rewrite(call, chat, message, deleted), chat)
        return Receipt(incoming, message.author_id, chat.id, message.session_id)

    return _each(call, connector, line, messages, withdraw)


def _known(call: Call, connector: Connector, line: Line, incoming: Incoming) -> tuple[Chat, Message]:
    if not incoming.user.id or not incoming.chat.id or not incoming.message.id:
        raise MessageRefused("The ids of user, chat and message are needed")
    chat = chat_store.lock_dialog(call.tx, call.portal_id, connector.code, line.id, *_key(connector, incoming))
    customer = people.find_customer(call.tx, call.portal_id, connector.code, incoming.user.id)
    author_id = incoming.message.user_id or (customer.id if customer else 0)
    if chat is not None:
        message = message_store.find_message_by_outer_id(
            call.tx, call.portal_id, chat.id, author_id, incoming.message.id
        )
        if message is not None:
            return chat, message
    raise MessageRefused("There is no such message")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A connector's word on a message of ours: under which ids it is known outside, and since when."""

    chat_id: int
    message_id: int
    outer_ids: tuple[str, ...] = ()
    date: int | None = None


def confirm_delivery(call: Call, code: str, line_id: int, confirmations: list[Confirmation]) -> None:
    """Mark messages of ours as delivered and read; one that is unknown is passed over."""
    _confirm(call, code, line_id, confirmations, delivered=True)


def confirm_reading(call: Call, code: str, line_id: int, confirmations: list[Confirmation]) -> None:
    """Mark messages of ours as read; one that is unknown is passed over."""
    _confirm(call, code, line_id, confirmations, delivered=False)


def _confirm(call: Call, code: str, line_id: int, confirmations: list[Confirmation], *, delivered: bool) -> None:
    try:
        connectors.provider(call, code, line_id)
    except connectors.LineInactive as error:  # not among the errors of these methods
        raise connectors.NoProvider from error
    for confirmation in confirmations:
        chat = chat_store.lock_chat(call.tx, call.portal_id, confirmation.chat_id)
        if chat is None or (chat.connector, chat.line_id) != (code, line_id):
            continue
        message = message_store.find_message(call.tx, call.portal_id, confirmation.message_id)
        if message is None or message.chat_id != chat.id or message.author is Author.CUSTOMER:
            continue
        if message.private:
            continue
        if delivered and confirmation.outer_ids:
            message_store.set_outgoing_ids(call.tx, call.portal_id, message.id, list(confirmation.outer_ids))
        if message.read_at is not None and (message.delivered_at is not None or not delivered):
            continue
        changed = chat._replace(sequence=chat.sequence + 1)
        message_store.set_message_moment(
            call.tx,
            call.portal_id,
            message.id,
            delivered_at=call.now if delivered else None,
            read_at=call.now,
            changed=changed.sequence,
        )
        happenings.add_happening(
            call.tx,
            call.portal_id,
            "message delivered" if delivered else "message read",
            now=call.now,
            chat_id=chat.id,
            sequence=changed.sequence,
            message=message.id,
            outer_ids=confirmation.outer_ids,
            outer_date=confirmation.date,
        )
        chats.keep(call, changed, chat)
