"""The sandbox shop (沙盒商城): an outside shop that keeps its own orders and knows us only by the click id in a URL."""

from hongmao.platforms.sandbox.shop.app import create_shop_app
from hongmao.platforms.sandbox.shop.delivery import Delivery
from hongmao.platforms.sandbox.shop.serving import run, serve

__all__ = ["Delivery", "create_shop_app", "run", "serve"]
