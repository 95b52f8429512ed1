"""Coverage reports: whose secret came along, and what a Cobertura or LCOV file says, whatever stands in it."""

import base64
import subprocess
import sys
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.coverage import Lines, OddReport, Report
from bot.sources.coverage import commit, parse, verify

SECRETS = {"shop": ("new-1", "old-1"), "search": ("two",), "gateway": ("two",)}
DTD = '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">'


def cobertura(lines: str, *, dtd: str = DTD, file: str = "shop/cart.py") -> bytes:
    return f"""<?xml version="1.0" ?>
{dtd}
<coverage version="7" line-rate="NaN" branch-rate="1e308" lines-valid="-3">
  <sources><source>/build/shop</source><source> </source></sources>
  <packages><package name="." line-rate="7"><classes>
    <class name="cart.py" filename="{file}" line-rate="nan"><methods><method name="m"><lines>
      <line number="1" hits="4"/></lines></method></methods><lines>{lines}</lines></class>
  </classes></package></packages>
</coverage>""".encode()


def lcov(*lines: str, end: str = "end_of_record\n") -> bytes:
    return ("TN:unit\nSF:shop/cart.py\nFN:1,pay\n" + "".join(f"{line}\n" for line in lines) + end).encode()


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"ci:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("headers", "services"),
    [
        ({"authorization": "Bearer new-1"}, ("shop",)),
        ({"authorization": "bearer  old-1 "}, ("shop",)),
        ({"authorization": basic("old-1")}, ("shop",)),
        ({"x-grail-secret": "new-1"}, ("shop",)),
        ({"authorization": "Bearer two"}, ("search", "gateway")),
        ({}, ()),
        ({"authorization": "Bearer "}, ()),
        ({"authorization": "Bearer new-1, old-1"}, ()),
        ({"authorization": "Bearer new"}, ()),
        ({"authorization": "Basic %%%"}, ()),
        ({"authorization": "Basic " + base64.b64encode(b"\xff:\xff").decode()}, ()),
        ({"x-grail-secret": "\udcff"}, ()),
    ],
)
def test_the_secret_says_which_service_it_is(headers: dict[str, str], services: tuple[str, ...]) -> None:
    assert verify(headers, SECRETS) == services


def test_the_commit_comes_with_all_of_its_digits() -> None:
    assert commit({"commit": " " + "ABCDEF0123" * 4}) == "abcdef0123" * 4
    for wrong in ({}, {"commit": "abcdef0"}, {"commit": "g" * 40}, {"commit": "a" * 41}):
        assert commit(wrong) == ""


def test_cobertura_says_which_lines_are_run() -> None:
    report = parse(cobertura('<line number="2" hits="1"/><line number="3" hits="0" branch="true"/>'))
    assert report.files == {"shop/cart.py": Lines(0b1110, 0b0110)}
    assert report.sources == ("/build/shop", "")
    assert parse(b"\xef\xbb\xbf" + cobertura("")).files == {"shop/cart.py": Lines(2, 2)}
    assert parse(
        cobertura("")
        .decode()
        .replace(' version="1.0"', ' version="1.0" encoding="utf-16"', 1)
        .encode("utf-16")
    )


def test_lcov_says_which_lines_are_run() -> None:
    report = parse(lcov("DA:1,4", "DA:2,0,checksum", "DA:3,1e308", "BRDA:1,0,0,-", "LF:3", "LH:2"))
    assert report.files == {"shop/cart.py": Lines(0b1110, 0b1010)}
    assert parse(b"\xef\xbb\xbf" + lcov("DA:1,1").replace(b"\n", b"\r\n")).files == {
        "shop/cart.py": Lines(2, 2)
    }


def test_a_file_that_is_named_twice_is_put_together() -> None:
    twice = lcov("DA:1,0", "DA:2,1") + lcov("DA:1,1", "DA:2,0")
    assert parse(twice).files == {"shop/cart.py": Lines(6, 6)}
    one = cobertura('<line number="2" hits="0"/>').replace(b"</classes>", b'<class filename="shop/cart.py"><lines>'
                    b'<line number="2" hits="1"/></lines></class></classes>')  # fmt: skip
    assert parse(one).files == {"shop/cart.py": Lines(6, 6)}


ENTITY_BOMB = '<!DOCTYPE coverage [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
) + "]>"  # fmt: skip
ENTITIES = "Its XML declares entities, which no coverage report needs: nothing of it was read."


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "It is empty."),
        (b" \n\t\n", "It is empty."),
        (b"\xef\xbb\xbf", "It is empty."),
        (b"rubbish", "It is neither Cobertura XML nor LCOV."),
        (b'{"coverage": 100}', "It is neither Cobertura XML nor LCOV."),
        (bytes(range(256)) * 8, "It is neither Cobertura XML nor LCOV."),
        (b"<html><body>Bad gateway</body></html>",
         "It is XML, but no Cobertura report: its first element is not <coverage>."),
        (b"<coverage/>", "It names no line of code."),
        (cobertura("")[:-12], "It is no whole XML: no element found in line 8."),
        (cobertura("")[:-5], "It is no whole XML: unclosed token in line 9."),
        (cobertura("&nobody;", dtd=""), "It is no whole XML: undefined entity in line 7."),
        (b'<?xml version="1.0" encoding="klingon"?><coverage/>', "Its XML is in an encoding that nobody knows."),
        (cobertura("", dtd=ENTITY_BOMB, file="&i;"), ENTITIES),
        (cobertura("", dtd='<!DOCTYPE c [<!ENTITY a SYSTEM "http://127.0.0.1:9/a">]>', file="&a;"), ENTITIES),
        (cobertura("", dtd='<!DOCTYPE c [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>'), ENTITIES),
        (b"<coverage>" + b"<a>" * 1000, "Its XML is more than 100 elements deep."),
        (b"<coverage " + b'a="" ' * 1_000_000 + b"/>", "One of its XML tags is longer than 1 MiB."),
        (cobertura('<line number="-3" hits="1"/>'), "It names line -3: a line is a number from 1 to 1,000,000."),
        (cobertura('<line number="1e308" hits="1"/>'), "It names line '1e308', which is no number."),
        (cobertura('<line hits="1"/>'), "It names line '', which is no number."),
        (cobertura('<line number="2" hits="-1"/>'), "It says that a line was run '-1' times."),
        (cobertura('<line number="2" hits="NaN"/>'), "It says that a line was run 'NaN' times."),
        (lcov("DA:-3,1"), "It names line -3: a line is a number from 1 to 1,000,000."),
        (lcov("DA:99999999999999999999999,1"),
         "It names line 99999999999999999999: a line is a number from 1 to 1,000,000."),
        (lcov("DA:x,1"), "It names line 'x', which is no number."),
        (lcov("DA:1"), "It says that a line was run '' times."),
        (lcov("DA:1,1", end=""), "It ends in the middle of a file: its last line has to be end_of_record."),
        (b"DA:1,1\nend_of_record\n", "It names no line of code."),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_odd_and_says_why(body: bytes, why: str) -> None:
    with pytest.raises(OddReport) as odd:
        parse(body)
    assert str(odd.value) == why


PIECES = st.sampled_from([
    b"<coverage>", b"</coverage>", b'<class filename="a">', b'<class filename="..">', b"</class>", b"<source>",
    b"</source>",
    b'<line number="1" hits="1"/>', b'<line number="-1"', b' hits="nan"/>', b"SF:a\n", b"SF:../..\n", b"DA:1,1\n",
    b"DA:1,", b"end_of_record\n", b"\xff", b"&lt;", b"<![CDATA[", b"]]>", b"<!--", b"\n", b"\x00", DTD.encode(),
    b'<!DOCTYPE x [<!ENTITY a "b">]>', b"&a;", b'<?xml version="1.0" encoding="', b'utf-16"?>', b"\xef\xbb\xbf",
    b"\xfe\xff",
])  # fmt: skip


@given(st.binary(max_size=300) | st.lists(PIECES, max_size=12).map(b"".join))
def test_no_body_makes_it_stumble(body: bytes) -> None:
    found: object
    try:
        found = parse(body)
    except OddReport as odd:
        found = str(odd)
    if isinstance(found, str):
        assert found
        assert "\n" not in found
    else:
        assert isinstance(found, Report)
        assert all(lines.known and not lines.hit & ~lines.known for lines in found.files.values())


HARMLESS = """
    import resource, sys
    from bot.domain.coverage import OddReport
    from bot.sources.coverage import parse
    from tests.bot.sources.test_coverage import cobertura, lcov, ENTITY_BOMB
    MIB = 1024 * 1024
    bodies = [
        cobertura("", dtd=ENTITY_BOMB, file="&i;"),
        b"<coverage " + b'a="" ' * (2 * MIB) + b"/>",
        b"<coverage>" + b"<a>" * (3 * MIB),
        b"<coverage><!--" + b"x" * (9 * MIB),
        b"".join(b"SF:%d\\nDA:1000000,1\\nend_of_record\\n" % n for n in range(200_000)),
    ]
    resource.setrlimit(resource.RLIMIT_AS, (resource.getrlimit(resource.RLIMIT_AS)[0],) * 2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for body in bodies:
        try:
            parse(body)
        except OddReport:
            continue
        sys.exit("one of them was read")
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_no_hostile_report_takes_memory() -> None:
    """In a process of its own, which knows how much it ever took: MiB above the bodies themselves."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(HARMLESS)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert int(done.stdout) < 100


def test_300_000_lines_are_read() -> None:
    many = "".join(f'<line number="{n}" hits="{n % 2}"/>' for n in range(1, 300_001))
    [lines] = parse(cobertura(many)).files.values()
    assert (lines.known.bit_count(), lines.hit.bit_count()) == (300_000, 150_000)
