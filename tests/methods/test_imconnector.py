"""imconnector.*: through the REST door, on both engines."""

from support.portal import Desk


def test_message_from_outside_reaches_the_operator(desk: Desk) -> None:
    chat = desk.write_in("Hello")
    assert [message["text"] for message in desk.history(chat)] == ["Hello"]


def test_operators_answer_reaches_the_handler(desk: Desk, receiver) -> None:
    desk.bind("OnImConnectorMessageAdd")
    chat = desk.write_in()
    message = desk.answer(chat)
    (event,) = receiver.wait()
    assert event.form["data"] == {
        "CONNECTOR": "myconnector",
        "LINE": str(desk.line),
        "MESSAGES": [
            {
                "im": {"chat_id": str(chat), "message_id": str(message)},
                "message": {"user_id": str(desk.operator_id), "text": "[b]Klaus Weber:[/b] [br]Guten Tag!"},
                "chat": {"id": "channel-123"},
            }
        ],
    }
