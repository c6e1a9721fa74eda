"""Queues of lines: dialogs that wait are given to operators who are free, in order, and passed on by time."""

from tieline.domain.chats import Chat
from tieline.domain.lines import Line, QueueType
from tieline.domain.notices import Kind as NoticeKind
from tieline.domain.notices import News
from tieline.domain.sessions import Move, Status
from tieline.domain.timers import Kind
from tieline.services import crm_dialogs, notices, routing, sessions
from tieline.services.call import Call
from tieline.store import chats as store
from tieline.store import routing as routing_store
from tieline.store import timers
from tieline.store.routing import Unassigned
from tieline.store.signals import DialogChanged

MOST_AHEAD = 100  # that are counted
SOON = 200  # milliseconds that another transaction is left to be done with a dialog


def write(call: Call, chat: Chat, before: Chat) -> None:
    """Write a locked dialog's row, and tell those who look at it."""
    store.set_dialog(call.tx, call.portal_id, chat, before)
    call.tx.signal(DialogChanged(call.portal_id, chat.id, chat.sequence, moved=chat.queue_id != before.queue_id))


def settle(call: Call, chat: Chat, before: Chat) -> None:
    """Give operators what they can take now, behind a change of a dialog that was written."""
    if (chat.status, chat.operator_id, chat.queue_id) == (before.status, before.operator_id, before.queue_id):
        return
    lines: set[int] = set()
    if _unassigned(chat) and not _forward(call, chat):
        lines.add(chat.queue_id)
    if before.operator_id is not None:
        lines |= {line.id for line in call.lines() if line.capacity and before.operator_id in line.operators}
    if lines:
        distribute(call, lines)


def _unassigned(chat: Chat) -> bool:
    return chat.operator_id is None and sessions.is_waiting(chat)


def _forward(call: Call, chat: Chat) -> bool:
    """Offer a dialog whose session has just begun to who is responsible for its customer, if he is free."""
    line = call.find_line(chat.queue_id)
    if chat.status != Status.NEW or line is None or line.settings["CRM_FORWARD"] != "Y":
        return False
    operator = crm_dialogs.responsible(call, chat)
    if operator is None:
        return False
    turn = routing.begin(call)
    free = routing.is_free(call, line, operator)
    if free:
        _give(call, chat, line, operator, turn)
    return free


def distribute(call: Call, line_ids: set[int]) -> None:
    """Give dialogs that wait in the queues of lines to operators who are free.

    Those of lines with a higher priority go first, then those that have waited longest; who passed a dialog on does not
    get it back.
    """
    lines = [line for line_id in sorted(line_ids) if (line := call.find_line(line_id))]
    queues = [_Queue(call, line) for line in lines if line.queue_type is not QueueType.ALL]
    while waiting := [(-queue.line.priority, queue.head.session_id, queue) for queue in queues if queue.head]:
        min(waiting)[-1].give()


class _Queue:
    """A line's queue: the dialog that is the next to be given, and the way to those behind it."""

    def __init__(self, call: Call, line: Line) -> None:
        self.line = line
        self._call = call
        self._behind = 0
        self.head = self._find()

    def _find(self) -> Unassigned | None:
        return routing_store.find_unassigned(self._call.tx, self._call.portal_id, self.line.id, behind=self._behind)

    def give(self) -> None:
        """Give the next dialog to an operator, or let the queue rest if it has nobody who is free."""
        call, head = self._call, self.head
        assert head is not None
        self.head = None
        turn = routing.begin(call)
        free = routing.available(call, self.line, behind=head.skipped_by)
        operator = next((user_id for user_id in free if user_id != head.skipped_by), None)
        if not free:
            _tell_of_empty_queue(call, self.line)
        elif operator is None:
            self._behind = head.session_id
            self.head = self._find()
        elif (chat := store.lock_free_chat(call.tx, call.portal_id, head.chat_id)) is None:
            # somebody is about to change it: nobody behind it overtakes it meanwhile
            timers.set_timers(call.tx, call.portal_id, self.line.id, {Kind.ROUTE: call.now + SOON})
        else:
            if _unassigned(chat):
                _give(call, chat, self.line, operator, turn)
            self.head = self._find()


def _give(call: Call, chat: Chat, line: Line, operator_id: int, turn: int, what: Move = Move.OFFERED) -> Chat:
    """Offer a locked dialog to an operator, whose turn that was."""
    routing_store.set_turn(call.tx, call.portal_id, line.id, operator_id, turn)
    moved = sessions.move(call, chat, what, operator_id=operator_id)
    write(call, moved, chat)
    return moved


def _tell_of_empty_queue(call: Call, line: Line) -> None:
    if line.settings["SEND_NOTIFICATION_EMPTY_QUEUE"] == "Y":
        text = f"A customer waits on the line {line.name}, and no operator is free."
        tag = f"{NoticeKind.EMPTY_QUEUE} {line.id}"
        notices.tell_administrators(call, News(NoticeKind.EMPTY_QUEUE, text, title="Nobody is free", tag=tag))


def pass_on(call: Call, chat: Chat) -> None:
    """Offer a locked dialog that was not taken in time to the next operator; take one that waits from the absent.

    Where nobody else is free, it stays until somebody is.
    """
    line = call.find_line(chat.queue_id)
    if line is None or chat.operator_id is None:
        return
    if not sessions.is_waiting(chat):
        if not routing.is_there(call, line, chat.operator_id):
            give_back(call, chat)
    elif line.queue_type is QueueType.ALL:
        give_back(call, chat)
    elif not pass_to_next(call, chat, line):
        if chat.operator_id in line.operators and routing.is_there(call, line, chat.operator_id):
            timers.set_timers(call.tx, call.portal_id, chat.id, {Kind.PASS_ON: None})
        else:
            give_back(call, chat)


def pass_to_next(call: Call, chat: Chat, line: Line) -> bool:
    """Offer a locked dialog to another operator of a line than the one who has it; False if nobody is free."""
    turn = routing.begin(call)
    free = routing.available(call, line, behind=chat.operator_id)
    following = next((user_id for user_id in free if user_id != chat.operator_id), None)
    if following is None:
        return False
    settle(call, _give(call, chat, line, following, turn, Move.PASSED_ON), chat)
    return True


def give_back(call: Call, chat: Chat) -> None:
    """Let a locked dialog wait in its queue for an operator who is free."""
    moved = sessions.move(call, chat, Move.RETURNED, operator_id=None)
    write(call, moved, chat)
    settle(call, moved, chat)


def place_of(call: Call, chat: Chat) -> int | None:
    """Return how many dialogs of its queue are before one that waits for a free operator, up to a hundred; or None."""
    if not _unassigned(chat) or chat.session_id is None:
        return None
    return routing_store.count_ahead(call.tx, call.portal_id, chat.queue_id, chat.session_id, MOST_AHEAD)


def wake(call: Call, user_id: int) -> None:
    """Give an operator who is free now what waits for him, and let what nobody else could take be passed on."""
    timers.unpark(call.tx, call.portal_id, call.now)
    distribute(call, {line.id for line in call.lines() if user_id in line.operators})


def reroute(call: Call) -> None:
    """Have what waits looked at anew as soon as this transaction is over: who may take it has changed."""
    timers.unpark(call.tx, call.portal_id, call.now)
    for line in call.lines():
        timers.set_timers(call.tx, call.portal_id, line.id, {Kind.ROUTE: call.now})
