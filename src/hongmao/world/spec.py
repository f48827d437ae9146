"""The city's plan, drawn from a seed: who sells what, who writes what, who reads with which taste. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from hongmao.kernel.time import instant

FIRST_DAY = "2025-05-07T00:00:00+08:00"
"""The city wakes on the day the plan was announced."""

TOPICS = ("美妆个护", "母婴亲子", "运动户外", "大健康")
BUTTONS = ("购买同款", "了解详情", "领取补贴", "优惠下单")
_CREATORS = (
    "阿橙的梳妆台",
    "两只小鹿妈妈",
    "山野里的老周",
    "慢慢养生",
    "成分党小陆",
    "阿布带娃",
    "跑步的豆子",
    "林医生说",
)
_BRANDS = ("初晴", "小鹿", "山野", "自在")
# Every brand keeps two shops, so that the city buys on every platform, and on one of them by either way of paying.
_SHOPS = (
    ("初晴天猫旗舰店", "tmall", "cid"),
    ("初晴淘宝店", "taobao", "cid"),
    ("小鹿京东店", "jd", "cid"),
    ("小鹿唯品会店", "vip", "cid"),
    ("山野拼多多店", "pdd", "cid"),
    ("山野小红书店", "xhs", "cid"),
    ("自在淘宝店", "taobao", "ud"),
    ("自在健康馆", "sandbox", "cid"),
)
SHOPS_PER_BRAND = 2
_GOODS: tuple[tuple[tuple[str, int, int | None], ...], ...] = (
    (("清透防晒乳", 12_900, None), ("柔雾口红", 9_900, None), ("修护精华", 25_900, 5_000), ("氨基酸洁面", 6_900, None)),
    (("恒温水壶", 19_900, None), ("轻便推车", 89_900, 10_000), ("辅食三件套", 7_900, None), ("学步鞋", 15_900, None)),
    (("越野跑鞋", 52_900, None), ("速干短袖", 12_900, None), ("双人帐篷", 69_900, 8_000), ("运动水杯", 8_900, None)),
    (("颈肩按摩仪", 29_900, 5_000), ("蛋白燕麦", 5_900, None), ("睡眠眼罩", 8_900, None), ("体脂秤", 16_900, None)),
)
_OPENINGS = (
    "用了三周，说点实话",
    "到底值不值得买？",
    "踩过坑之后的选择",
    "给新手的一份清单",
    "朋友都来问的这一件",
    "换季必备",
    "通勤路上离不开",
    "第二次回购",
)
PRICES_FEN = (180, 240, 300, 360)
WALLET_FEN = 50_000_00
BUDGET_FEN_MIN = 100_00
BUDGET_FEN_PER_READER = 50
_NOTES_PER_GOOD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A shop of the city, on one platform, with the line that pays for its links: `cid` or `ud`."""

    id: str
    brand: int
    name: str
    platform: str
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """An item on a shelf of the city."""

    id: str
    shop: str
    brand: int
    title: str
    price_fen: int
    deposit_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A note; `good` is what its link leads to, None where it sells nothing."""

    id: str
    creator: str
    topic: str
    title: str
    body: str
    quality: float
    good: Good | None
    button: str
    published_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Citizen:
    """A reader: a taste per topic (0..1), how readily taps and buys, and the city's secret of what would be bought anyway."""

    id: str
    taste: tuple[float, ...]
    curiosity: float
    purse: float
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything the seed decides before the first day."""

    seed: int
    start_ms: int
    goods: tuple[Good, ...]
    stories: tuple[Story, ...]
    citizens: tuple[Citizen, ...]
    stores: tuple[Store, ...]
    brands: tuple[str, ...] = field(default=_BRANDS)
    creators: tuple[str, ...] = field(default=_CREATORS)
    prices_fen: tuple[int, ...] = field(default=PRICES_FEN)
    """What a click is agreed to cost: the first note's, the second's, and so on, over and over."""

    def price_fen(self, number: int) -> int:
        """Give the agreed price of a click on the link of the note with this number, the first being 0."""
        return self.prices_fen[number % len(self.prices_fen)]

    @property
    def day_budget_fen(self) -> int:
        """Give what an item's campaign may spend in a day: the market's least, or enough for all who read here."""
        return max(BUDGET_FEN_MIN, BUDGET_FEN_PER_READER * len(self.citizens))

    def store(self, id: str) -> Store:
        """Find a shop of this city."""
        return next(store for store in self.stores if store.id == id)

    def story(self, note: str) -> Story | None:
        """Find a note of this city; somebody else's notes read as None."""
        return next((story for story in self.stories if story.id == note), None)


_AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1",  # noqa: E501
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 13; V2227A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0.49",  # noqa: E501
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
)


def draw_plan(seed: int, readers: int) -> Plan:
    """Draw the city: the same seed and number of readers give the same city for ever."""
    rng = random.Random(f"city/{seed}")  # noqa: S311 - a simulation, not a secret
    start_ms = instant(FIRST_DAY)
    stores = tuple(
        Store(id=f"shop-{n + 1}", brand=n // SHOPS_PER_BRAND, name=name, platform=platform, line=line)
        for n, (name, platform, line) in enumerate(_SHOPS)
    )
    goods = tuple(
        Good(
            id=f"item-{brand + 1}{n + 1}",
            shop=stores[brand * SHOPS_PER_BRAND + n % SHOPS_PER_BRAND].id,
            brand=brand,
            title=f"{_BRANDS[brand]} {title}",
            price_fen=price_fen,
            deposit_fen=deposit_fen,
        )
        for brand, shelf in enumerate(_GOODS)
        for n, (title, price_fen, deposit_fen) in enumerate(shelf)
    )
    return Plan(
        seed=seed,
        start_ms=start_ms,
        stores=stores,
        goods=goods,
        stories=tuple(_draw_stories(rng, goods, start_ms)),
        citizens=tuple(_draw_citizen(seed, n) for n in range(readers)),
    )


def _draw_stories(rng: random.Random, goods: tuple[Good, ...], start_ms: int) -> list[Story]:
    stories = []
    for n in range(len(goods) * _NOTES_PER_GOOD):
        good = goods[n % len(goods)]
        creator = (good.brand + len(_BRANDS) * rng.randrange(2)) % len(_CREATORS)
        sells = n < len(goods) + len(goods) // 2
        subject = good.title.split(" ", 1)[1]
        stories.append(
            Story(
                id=f"note-{n + 1:03d}",
                creator=f"creator-{creator + 1}",
                topic=TOPICS[good.brand],
                title=f"{subject}：{_OPENINGS[rng.randrange(len(_OPENINGS))]}",
                body=f"先说结论：{subject}适合日常使用。我把优点和不足都写在下面，照片没有修过，有问题评论区见。",
                quality=rng.uniform(0.5, 1.0),
                good=good if sells else None,
                button=BUTTONS[n % len(BUTTONS)],
                published_at_ms=start_ms - rng.randrange(30 * 86_400) * 1_000,
            )
        )
    return stories


def _draw_citizen(seed: int, n: int) -> Citizen:
    rng = random.Random(f"citizen/{seed}/{n}")  # noqa: S311 - a simulation, not a secret
    weights = [rng.expovariate(1.0) for _ in TOPICS]
    heaviest = max(weights)
    return Citizen(
        id=f"r_city{seed}_{n:05d}",
        taste=tuple(weight / heaviest for weight in weights),
        curiosity=rng.betavariate(2, 3),
        purse=rng.betavariate(2, 4),
        agent=_AGENTS[min(rng.randrange(5), len(_AGENTS) - 1)],
    )
