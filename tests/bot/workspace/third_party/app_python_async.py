"""The same app in Bolt for Python's async variant. argv: http|socket PORT."""

import asyncio
import os
import sys
from typing import Any

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

FRUIT = ["Apple", "Apricot", "Banana"]

app = AsyncApp(
    client=AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]),
    signing_secret=os.environ.get("SLACK_SIGNING_SECRET"),
)


def text(words: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": words}


def button(action: str, words: str) -> dict[str, Any]:
    return {"type": "button", "action_id": action, "text": text(words), "value": "42"}


@app.command("/ask")
async def ask(ack: AsyncAck, respond: AsyncRespond, command: dict[str, Any], client: AsyncWebClient) -> None:
    await ack()
    await respond(f"You asked: {command['text']}")
    await client.chat_postMessage(
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
async def yes(ack: AsyncAck, respond: AsyncRespond, body: dict[str, Any], client: AsyncWebClient) -> None:
    await ack()
    said = f"<@{body['user']['id']}> said yes to {body['actions'][0]['value']}"
    await client.chat_update(
        channel=body["channel"]["id"],
        ts=body["message"]["ts"],
        text=said,
        blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": said}}],
    )
    await respond(text="Thank you.", replace_original=False, response_type="ephemeral")


@app.action("log")
async def log(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
    await ack()
    await client.files_upload_v2(
        channel=body["channel"]["id"],
        thread_ts=body["message"]["ts"],
        filename="log.txt",
        title="The log",
        content="line 1\nline 2\n",
    )


@app.action("form")
async def form(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
    await ack()
    await client.views_open(
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
async def pick(ack: AsyncAck, payload: dict[str, Any]) -> None:
    found = [fruit for fruit in FRUIT if fruit.lower().startswith(payload["value"].lower())]
    await ack(options=[{"text": text(fruit), "value": fruit} for fruit in found])


@app.view("choose")
async def chosen(ack: AsyncAck, view: dict[str, Any], body: dict[str, Any], client: AsyncWebClient) -> None:
    values = view["state"]["values"]
    reason = values["why"]["reason"]["value"]
    if len(reason) < 5:
        await ack(response_action="errors", errors={"why": "Say a little more."})
        return
    await ack()
    fruit = values["fruit"]["pick"]["selected_option"]["value"]
    await client.chat_postMessage(
        channel=view["private_metadata"], text=f"<@{body['user']['id']}> took {fruit}: {reason}"
    )


@app.view_closed("choose")
async def closed(ack: AsyncAck, view: dict[str, Any], client: AsyncWebClient) -> None:
    await ack()
    await client.chat_postMessage(channel=view["private_metadata"], text="Nothing was taken.")


@app.event("app_mention")
async def mentioned(event: dict[str, Any], say: AsyncSay) -> None:
    await say(text=f"You called: {event['text'].split('> ', 1)[1]}", thread_ts=event["ts"])


@app.event("app_home_opened")
async def home(event: dict[str, Any], client: AsyncWebClient) -> None:
    await client.views_publish(
        user_id=event["user"],
        view={"type": "home", "blocks": [{"type": "header", "text": text("Welcome home")}]},
    )


async def connect() -> None:
    handler = AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"])
    await handler.start_async()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    if sys.argv[1] == "socket":
        asyncio.run(connect())
    else:
        app.start(port=int(sys.argv[2]), host="127.0.0.1")
