import unittest

from services.gateway.app import answer, route


class Gateway(unittest.TestCase):
    def test_things_are_the_shops(self) -> None:
        self.assertEqual(route("/things/cup"), "shop")

    def test_finding_is_for_search(self) -> None:
        self.assertEqual(answer("/find?q=tea"), {"goes to": "search"})

    def test_everything_else_is_not_found(self) -> None:
        self.assertIsNone(answer("/elephants"))
