import unittest

from services.words import price, short


class Words(unittest.TestCase):
    def test_a_price_has_two_digits_after_the_point(self) -> None:
        self.assertEqual(price(1250), "12.50 EUR")
        self.assertEqual(price(5), "0.05 EUR")

    def test_a_commit_is_named_by_seven_digits(self) -> None:
        self.assertEqual(short("0123456789"), "0123456")
        self.assertEqual(short(""), "unknown")
