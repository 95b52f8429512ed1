import unittest

from services.search.app import answer, find


class Search(unittest.TestCase):
    def test_a_part_of_a_name_is_enough(self) -> None:
        self.assertEqual(find("TEA"), ["tea", "teapot"])

    def test_nothing_asked_is_nothing_found(self) -> None:
        self.assertEqual(find("  "), [])

    def test_the_words_come_in_the_address(self) -> None:
        self.assertEqual(answer("/?q=cup"), {"found": ["cup"]})
