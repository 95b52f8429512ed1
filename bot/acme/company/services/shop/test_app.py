import unittest

from services.shop.app import answer, total


class Shop(unittest.TestCase):
    def test_a_basket_costs_the_sum_of_its_things(self) -> None:
        self.assertEqual(total({"tea": 2, "cup": 1}), 2150)

    def test_what_is_not_sold_costs_nothing(self) -> None:
        self.assertEqual(total({"elephant": 3}), 0)

    def test_a_thing_is_shown_with_its_price(self) -> None:
        self.assertEqual(answer("/things/cup"), {"thing": "cup", "price": "12.50 EUR"})

    def test_an_unknown_thing_is_not_found(self) -> None:
        self.assertIsNone(answer("/things/elephant"))
