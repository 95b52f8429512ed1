"""What is offered about locks fits Slack, and mentions nobody."""

from bot.domain.locks import Lock, Scope
from bot.slack.views import lock
from tests.bot.slack.views.test_limits import NOW, a_deploy, check, each_text


@each_text
def test_what_is_offered_to_who_deployed(words: str) -> None:
    deploy = a_deploy(words, state="succeeded")
    standing = Lock("lock", Scope("shop", "staging"), words, "U0DANA", words, "T1", words, NOW, NOW + 60)
    check(lock.offered(deploy, None))
    check(lock.offered(deploy, standing))
    for told in (False, True):
        check(lock.shift_over(standing, words, told=told))
    check(lock.handed_on(standing, NOW))
