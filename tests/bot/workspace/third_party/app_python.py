"""A third party's Bolt app, as its documentation teaches it; only the API's address is set. argv: http|socket PORT."""

import os
import sys
from typing import Any

from slack_bolt import Ack, App, Respond, Say
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

FRUIT = ["Apple", "Apricot", "Banana"]

app = App(
    client=WebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]),
    signing_secret=os.environ.get("SLACK_SIGNING_SECRET"),
)


def text(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def button(action: str, words: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": text(words), "value": "42"}


@app.command("/ask")
def ask(ack: Ack, respond: Respond, command: dict[str, Any], client: WebClient) -> None:
    ack()
    respond(f"You asked: {command['text']}")
    client.chat_postMessage(
        channel=command["channel_id"],
        text="May I?",
        blocks=[
            {"type": "section", "text": {"type": "mrkdwn", "text": "May I?"}},
            {
                "type": "actions",
                "elements": [button("yes", "Yes"), button("form", "Form"), button("log", "Log")],
            },
        ],
        metadata={"event_type": "asked", "event_payload": {"words": command["text"]}},
    )


@app.action("yes")
def yes(ack: Ack, respond: Respond, body: dict[str, Any], client: WebClient) -> None:
    ack()
    said = f"<@{body['user']['id']}> said yes to {body['actions'][0]['value']}"
    client.chat_update(
        channel=body["channel"]["id"],
        ts=body["message"]["ts"],
        text=said,
        blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": said}}],
    )
    respond(text="Thank you.", replace_original=False, response_type="ephemeral")


@app.action("log")
def log(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    client.files_upload_v2(
        channel=body["channel"]["id"],
        thread_ts=body["message"]["ts"],
        filename="log.txt",
        title="The log",
        content="line 1\nline 2\n",
    )


@app.action("form")
def form(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    ack()
    client.views_open(
        trigger_id=body["trigger_id"],
        view={
            "type": "modal",
            "callback_id": "choose",
            "private_metadata": body["channel"]["id"],
            "title": text("Choose"),
            "submit": text("Send"),
            "notify_on_close": True,
            "blocks": [
                {
                    "type": "input",
                    "block_id": "fruit",
                    "label": text("Fruit"),
                    "element": {"type": "external_select", "action_id": "pick", "min_query_length": 1},
                },
                {
                    "type": "input",
                    "block_id": "why",
                    "label": text("Why"),
                    "element": {"type": "plain_text_input", "action_id": "reason"},
                },
            ],
        },
    )


@app.options("pick")
def pick(ack: Ack, payload: dict[str, Any]) -> None:
    found = [fruit for fruit in FRUIT if fruit.lower().startswith(payload["value"].lower())]
    ack(options=[{"text": text(fruit), "value": fruit} for fruit in found])


@app.view("choose")
def chosen(ack: Ack, view: dict[str, Any], body: dict[str, Any], client: WebClient) -> None:
    values = view["state"]["values"]
    reason = values["why"]["reason"]["value"]
    if len(reason) < 5:
        ack(response_action="errors", errors={"why": "Say a little more."})
        return
    ack()
    fruit = values["fruit"]["pick"]["selected_option"]["value"]
    client.chat_postMessage(
        channel=view["private_metadata"], text=f"<@{body['user']['id']}> took {fruit}: {reason}"
    )


@app.view_closed("choose")
def closed(ack: Ack, view: dict[str, Any], client: WebClient) -> None:
    ack()
    client.chat_postMessage(channel=view["private_metadata"], text="Nothing was taken.")


@app.event("app_mention")
def mentioned(event: dict[str, Any], say: Say) -> None:
    say(text=f"You called: {event['text'].split('> ', 1)[1]}", thread_ts=event["ts"])


@app.event("app_home_opened")
def home(event: dict[str, Any], client: WebClient) -> None:
    client.views_publish(
        user_id=event["user"],
        view={"type": "home", "blocks": [{"type": "header", "text": text("Welcome home")}]},
    )


if __name__ == "__main__":
    if sys.argv[1] == "socket":
        SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).start()  # type: ignore[no-untyped-call]
    else:
        app.start(port=int(sys.argv[2]))
