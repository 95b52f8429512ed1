// The same app in Bolt for JavaScript. argv: http|socket PORT.
const { App } = require("@slack/bolt");

const FRUIT = ["Apple", "Apricot", "Banana"];
const [mode, port] = process.argv.slice(2);
const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
  ...(mode === "socket"
    ? { socketMode: true, appToken: process.env.SLACK_APP_TOKEN }
    : { signingSecret: process.env.SLACK_SIGNING_SECRET }),
});

const text = (words) => ({ type: "plain_text", text: words });
const section = (words) => ({ type: "section", text: { type: "mrkdwn", text: words } });
const button = (action, words) => ({ type: "button", action_id: action, text: text(words), value: "42" });

app.command("/ask", async ({ ack, respond, command, client }) => {
  await ack();
  await respond(`You asked: ${command.text}`);
  await client.chat.postMessage({
    channel: command.channel_id,
    text: "May I?",
    blocks: [
      section("May I?"),
      { type: "actions", elements: [button("yes", "Yes"), button("form", "Form"), button("log", "Log")] },
    ],
    metadata: { event_type: "asked", event_payload: { words: command.text } },
  });
});

app.action("yes", async ({ ack, respond, body, client }) => {
  await ack();
  const said = `<@${body.user.id}> said yes to ${body.actions[0].value}`;
  await client.chat.update({
    channel: body.channel.id,
    ts: body.message.ts,
    text: said,
    blocks: [section(said)],
  });
  await respond({ text: "Thank you.", replace_original: false, response_type: "ephemeral" });
});

app.action("log", async ({ ack, body, client }) => {
  await ack();
  await client.filesUploadV2({
    channel_id: body.channel.id,
    thread_ts: body.message.ts,
    filename: "log.txt",
    title: "The log",
    content: "line 1\nline 2\n",
  });
});

app.action("form", async ({ ack, body, client }) => {
  await ack();
  await client.views.open({
    trigger_id: body.trigger_id,
    view: {
      type: "modal",
      callback_id: "choose",
      private_metadata: body.channel.id,
      title: text("Choose"),
      submit: text("Send"),
      notify_on_close: true,
      blocks: [
        {
          type: "input",
          block_id: "fruit",
          label: text("Fruit"),
          element: { type: "external_select", action_id: "pick", min_query_length: 1 },
        },
        {
          type: "input",
          block_id: "why",
          label: text("Why"),
          element: { type: "plain_text_input", action_id: "reason" },
        },
      ],
    },
  });
});

app.options("pick", async ({ ack, payload }) => {
  const found = FRUIT.filter((fruit) => fruit.toLowerCase().startsWith(payload.value.toLowerCase()));
  await ack({ options: found.map((fruit) => ({ text: text(fruit), value: fruit })) });
});

app.view("choose", async ({ ack, view, body, client }) => {
  const reason = view.state.values.why.reason.value;
  if (reason.length < 5) {
    await ack({ response_action: "errors", errors: { why: "Say a little more." } });
    return;
  }
  await ack();
  const fruit = view.state.values.fruit.pick.selected_option.value;
  await client.chat.postMessage({
    channel: view.private_metadata,
    text: `<@${body.user.id}> took ${fruit}: ${reason}`,
  });
});

app.view({ callback_id: "choose", type: "view_closed" }, async ({ ack, view, client }) => {
  await ack();
  await client.chat.postMessage({ channel: view.private_metadata, text: "Nothing was taken." });
});

app.event("app_mention", async ({ event, say }) => {
  await say({ text: `You called: ${event.text.split("> ")[1]}`, thread_ts: event.ts });
});

app.event("app_home_opened", async ({ event, client }) => {
  await client.views.publish({
    user_id: event.user,
    view: { type: "home", blocks: [{ type: "header", text: text("Welcome home") }] },
  });
});

app.start(mode === "socket" ? undefined : { port: Number(port), host: "127.0.0.1" });
