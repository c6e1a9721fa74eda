"""What a line does by itself: greetings, words outside its hours, closing, the customer's vote, late answers."""

from tieline.domain.bots import Bot
from tieline.domain.chats import Chat
from tieline.domain.clock import MINUTE, SECOND
from tieline.domain.lines import Line
from tieline.domain.notices import LATE_BUTTONS, News
from tieline.domain.notices import Kind as NoticeKind
from tieline.domain.replies import closed_words, ending, vote_question, welcome_words
from tieline.domain.sessions import LIKED, Move, Status
from tieline.domain.timers import Kind
from tieline.services import bot_sessions, messages, notices, routing, sessions, statistics
from tieline.services.call import Call
from tieline.store import happenings
from tieline.store import sessions as store

VOTES = {"1": LIKED, "0": 1}  # as sessions keep them: liked or not
MAX_COMMENT = 1_000
BOTS_FAREWELL = MINUTE  # what a bot has at least to say goodbye


def appoint(call: Call, chat: Chat, line: Line, *, first: bool) -> Chat:
    """Give a dialog whose session a customer has just begun to the bot that the line has for this, if any.

    `first`: the customer is new here.
    """
    bot = receiving_bot(call, line, call.now, first=first)
    return chat if bot is None else bot_sessions.take(call, chat, bot)


def receiving_bot(call: Call, line: Line, now: int, *, first: bool) -> Bot | None:
    """Return the bot that receives a customer at a moment, or None; outside a line's hours it is another."""
    if not sessions.calendar_of(call, line).is_open(now):
        return bot_sessions.called(call, line, "WORKTIME_DAYOFF")
    wanted = line.settings["WELCOME_BOT_ENABLE"] == "Y" and (first or line.settings["WELCOME_BOT_JOIN"] == "always")
    return bot_sessions.find(call, line, "WELCOME") if wanted else None


def greet(call: Call, chat: Chat, line: Line, *, first: bool) -> Chat:
    """Say to a customer who has begun a session that the line is closed, or welcome him; `first`: he is new here.

    Where a bot has the dialog, that is its own to do.
    """
    if bot_sessions.is_bots(chat):
        return chat
    if closed_words(line, sessions.calendar_of(call, line), call.now):
        return tell_closed(call, chat, line)
    text = welcome_words(line, first=first)
    return messages.say(call, chat, text) if text else chat


def tell_closed(call: Call, chat: Chat, line: Line) -> Chat:
    """Say to a customer who writes outside the line's hours that it is closed, once in a session."""
    text = closed_words(line, sessions.calendar_of(call, line), call.now)
    if not text or chat.session_id is None:
        return chat
    told = store.set_told_closed(call.tx, call.portal_id, chat.session_id)
    return messages.say(call, chat, text) if told else chat


def finish(call: Call, chat: Chat, *, by_time: bool = False) -> Chat:
    """Finish the open session of a locked dialog, by its operator or because the customer is silent.

    Where the line leaves the customer time, the session waits for him; one that waits already is closed.
    """
    line = call.find_line(chat.queue_id)
    if line is None or chat.status == Status.CLOSING:
        return close(call, chat)
    words, period, asks_first = ending(line, by_time=by_time)
    if bot := closing_bot(call, line, by_time=by_time):
        chat, period = bot_sessions.invite(call, chat, bot), max(period, BOTS_FAREWELL)
    if words:
        chat = messages.say(call, chat, words)
    if not period:
        return close(call, chat)
    if asks_first:
        chat = _ask_for_vote(call, chat, line)
    return sessions.await_customer(call, chat, Move.LEFT_ALONE if by_time else Move.FINISHED, period)


def closing_bot(call: Call, line: Line, *, by_time: bool) -> Bot | None:
    """Return the bot that a line lets say goodbye, or None."""
    return bot_sessions.called(call, line, "AUTO_CLOSE" if by_time else "CLOSE")


def close(call: Call, chat: Chat) -> Chat:
    """Close the session of a locked dialog for good; who has not been asked for a vote is asked now."""
    line = call.find_line(chat.queue_id)
    if line is not None:
        chat = _ask_for_vote(call, chat, line)
    return sessions.close(call, chat)


def _ask_for_vote(call: Call, chat: Chat, line: Line) -> Chat:
    text = vote_question(line)
    if not text or chat.session_id is None:
        return chat
    session = store.get_session(call.tx, call.portal_id, chat.session_id)
    if session.answered_at is None or not store.set_vote_asked(call.tx, call.portal_id, session.id, call.now):
        return chat
    return messages.say(call, chat, text)


def is_vote(call: Call, chat: Chat, text: str) -> bool:
    """Tell whether a customer's words are the vote that he was asked for, and not the beginning of something new."""
    if text.strip()[:1] not in VOTES or text.strip().partition("\n")[0].strip() not in VOTES:
        return False
    if chat.session_id is None or (sessions.is_open(chat) and chat.status != Status.CLOSING):
        return False
    session = store.get_session(call.tx, call.portal_id, chat.session_id)
    line = call.find_line(session.line_id)
    if line is None or session.vote or session.vote_asked_at is None:
        return False
    limit = line.settings["VOTE_TIME_LIMIT"]
    return not limit or call.now < session.vote_asked_at + limit * SECOND


def vote(call: Call, chat: Chat, text: str) -> Chat:
    """Keep a customer's vote, a sign and on further lines a comment, and thank him."""
    session_id = chat.session_id
    assert session_id is not None
    sign, _, comment = text.strip().partition("\n")
    value = VOTES[sign.strip()]
    comment = comment.strip()[:MAX_COMMENT]
    store.set_vote(call.tx, call.portal_id, session_id, vote=value, comment=comment or None, now=call.now)
    happenings.add_happening(
        call.tx,
        call.portal_id,
        "voted",
        now=call.now,
        chat_id=chat.id,
        sequence=chat.sequence,
        actor_id=chat.customer_id,
        session=session_id,
        vote=value,
        operator=chat.operator_id,
        queue=chat.queue_id,
    )
    line = call.find_line(chat.queue_id)
    thanks = line.settings["VOTE_MESSAGE_2_LIKE" if value == LIKED else "VOTE_MESSAGE_2_DISLIKE"] if line else ""
    if thanks.strip():
        chat = messages.say(call, chat, thanks)
    if not sessions.is_open(chat):
        statistics.keep(call, session_id)
    elif line is not None and line.settings["VOTE_CLOSING_DELAY"] == "Y":
        chat = sessions.close(call, chat)
    return chat


def excuse(call: Call, chat: Chat) -> Chat:
    """Say to a customer whom nobody has answered in time what the line says then, or let a bot answer him."""
    line = call.find_line(chat.queue_id)
    if line is not None and (bot := bot_sessions.called(call, line, "NO_ANSWER")):
        return bot_sessions.take(call, chat, bot) if sessions.is_waiting(chat) else chat
    text = line.says("NO_ANSWER") if line else ""
    return messages.say(call, chat, text) if text.strip() else chat


def note_late(call: Call, chat: Chat, kind: Kind) -> None:
    """Note that an answer is late, and tell those whom the line names.

    Where the line minds whether operators are there, nobody is told of one who is not.
    """
    line = call.find_line(chat.queue_id)
    if line is None:
        return
    which = "KPI_FIRST_ANSWER" if kind is Kind.FIRST_ANSWER_LATE else "KPI_FURTHER_ANSWER"
    happenings.add_happening(
        call.tx,
        call.portal_id,
        kind.value,
        now=call.now,
        chat_id=chat.id,
        sequence=chat.sequence,
        session=chat.session_id,
        operator=chat.operator_id,
        queue=chat.queue_id,
    )
    idle = line.settings["KPI_CHECK_OPERATOR_ACTIVITY"] == "Y" and not _operator_is_there(call, chat, line)
    if line.settings[f"{which}_ALERT"] != "Y" or idle:
        return
    operator = call.find_person(chat.operator_id) if chat.operator_id else None
    usual = "#OPERATOR# has not answered in time: #DIALOG#" if operator else "Nobody has answered in time: #DIALOG#"
    text = str(line.settings[f"{which}_TEXT"]).strip() or usual
    text = text.replace("#OPERATOR#", operator.full_name if operator else "Nobody").replace("#DIALOG#", chat.title)
    told = {int(number) for number in line.settings[f"{which}_LIST"] or () if str(number).isdecimal()}
    late = News(
        NoticeKind(kind.value), text, title="Late answer", buttons=LATE_BUTTONS, answerable=True, chat_id=chat.id
    )
    notices.tell(call, told, late)


def _operator_is_there(call: Call, chat: Chat, line: Line) -> bool:
    return chat.operator_id is not None and routing.is_there(call, line, chat.operator_id)
