"""rich_text: sections, lists, quotes and preformatted text, and what may stand inside a line."""

from .rules import NAME, WORDS, Check, array, by_type, flag, number, record, string, typed, url, word

_STYLES = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink")
_style: dict[str, Check] = {"style": record({}, dict.fromkeys(_STYLES, flag))}
_border = word(0, 1)

_inline: dict[str, Check] = {
    "text": typed("text", {"text": WORDS}, _style),
    "link": typed("link", {"url": url()}, {"text": string(), "unsafe": flag, **_style}),
    "user": typed("user", {"user_id": NAME}, _style),
    "usergroup": typed("usergroup", {"usergroup_id": NAME}, _style),
    "team": typed("team", {"team_id": NAME}, _style),
    "channel": typed("channel", {"channel_id": NAME}, _style),
    "emoji": typed(
        "emoji",
        {"name": WORDS},
        {"unicode": string(), "url": url(), "skin_tone": number(1, 6), **_style},
    ),
    "date": typed(
        "date",
        {"timestamp": number(0), "format": WORDS},
        {"fallback": string(), "url": url(), **_style},
    ),
    "broadcast": typed("broadcast", {"range": word("here", "channel", "everyone")}, _style),
    "color": typed("color", {"value": WORDS}, _style),
}

_line = array(by_type(_inline))
_section = typed("rich_text_section", {"elements": _line}, {})
_code = array(by_type({"text": _inline["text"], "link": _inline["link"]}))

rich_text = typed(
    "rich_text",
    {
        "elements": array(
            by_type(
                {
                    "rich_text_section": _section,
                    "rich_text_list": typed(
                        "rich_text_list",
                        {
                            "style": word("bullet", "ordered"),
                            "elements": array(by_type({"rich_text_section": _section}), None, 1),
                        },
                        {"indent": number(0, 8), "offset": number(0), "border": _border},
                    ),
                    "rich_text_quote": typed("rich_text_quote", {"elements": _line}, {"border": _border}),
                    "rich_text_preformatted": typed(
                        "rich_text_preformatted",
                        {"elements": _code},
                        {"border": _border, "language": NAME},
                    ),
                }
            ),
            None,
            1,
        )
    },
    {"block_id": string(255)},
)
