"""The thread of a deploy in words: its steps, a restart, and what a run that failed has printed."""

from dataclasses import replace

from bot.slack.views.thread import failure, lines, logs
from tests.bot.slack.views.test_deploy import DEPLOY, FAILED, at


def test_the_steps_are_one_message_of_a_line_each_when_all_of_them_are_known() -> None:
    running = at("running", "succeeded", "running", "pending", "pending")
    assert lines(running) == []
    [(id, message)] = lines(at("succeeded", *["succeeded"] * 4))
    assert id == "steps"
    assert message.text.startswith(
        "shop to staging: checkout succeeded after 0.4 s, test succeeded after 0.4 s, "
    )
    assert message.blocks[0]["text"]["text"].splitlines() == [
        f":white_check_mark: *{name}* succeeded after 0.4 s"
        for name in ("checkout", "test", "start", "check")
    ]


def test_the_steps_of_what_failed_go_with_what_it_printed() -> None:
    assert lines(FAILED) == []
    for output in ("── start ──\nthe port is taken\n", ""):
        last = failure(FAILED, output).blocks[-1]["text"]["text"]
        assert last.splitlines()[1:3] == [
            ":white_check_mark: *test* succeeded after 0.4 s",
            ":x: *start* failed after 0.4 s",
        ]
    never_begun = replace(FAILED, run="", steps=())
    assert lines(never_begun) == []


def test_a_restart_is_said_once_each_time() -> None:
    found = lines(replace(at("running", "succeeded", "running", "pending", "pending"), restarts=2))
    assert [id for id, _ in found] == ["restart:1", "restart:2"]
    assert found[0][1].text == "shop to staging: I restarted; your deploy is at step 2 of 4."


def test_the_thread_of_a_failure_shows_what_matters_first_and_the_end_of_the_step_behind_it() -> None:
    output = (
        "── test ──\nfine\n── start ──\n"
        + "\n".join(
            [
                *(f"line {n}" for n in range(100)),
                "error: the port is taken",
                "Step `start` failed with exit status 1.",
            ]
        )
        + "\n── back ──\nas before"
    )
    message = failure(FAILED, output)
    assert message.text == "shop to staging failed at start: error: the port is taken"
    first, then, _ = [block["text"]["text"] for block in message.blocks]
    assert first == "*start* said:\n```error: the port is taken```"
    assert then.startswith("Its last 40 lines:\n```line 62\n")
    assert then.endswith("error: the port is taken\nStep `start` failed with exit status 1.```")
    passed = failure(FAILED, "── start ──\na ... ok\nb ... FAIL\nc ... ok\nd\ne\n")
    assert "(the tests that passed are left out):\n```b ... FAIL\nd\ne```" in passed.blocks[1]["text"]["text"]
    assert failure(FAILED, "").text == "shop to staging failed at start: it printed nothing"


def test_long_output_is_cut_at_whole_lines_and_keeps_its_end() -> None:
    shown = failure(FAILED, "── start ──\n" + "\n".join(f"{n} {'x' * 390}" for n in range(40)) + "\nthe end")
    text = shown.blocks[1]["text"]["text"]
    assert "```…\n33 xxx" in text
    assert text.endswith("\nthe end```")


def test_logs_say_which_deploy_they_are_of_also_when_there_are_none() -> None:
    assert logs(DEPLOY, "one\ntwo\n").blocks[0]["text"]["text"] == (
        "The last 2 lines of d-4, shop to staging:\n```one\ntwo```"
    )
    assert logs(DEPLOY, "").text == "d-4 (shop to staging) has printed nothing so far."
    assert logs(FAILED, "").text == "d-4 (shop to staging) printed nothing that is still kept here."
