-- The sandbox shop's own book. Amounts in fen, times in epoch milliseconds UTC.

-- grain: one row per thing that is counted: ids handed out, rows sent
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- grain: one row per signing account, in the order of registration
CREATE TABLE IF NOT EXISTS account (
  account TEXT PRIMARY KEY,
  secret TEXT NOT NULL,
  webhook_url TEXT NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0,     -- failed posts since the last answer
  retry_at_ms INTEGER NOT NULL DEFAULT 0   -- no post before this
) STRICT;

-- grain: one row per shop that an account has claimed; the others go out by the first account registered
CREATE TABLE IF NOT EXISTS account_shop (
  shop_id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account
) STRICT, WITHOUT ROWID;

-- grain: one row per shop; its platform is the marketplace it stands on
CREATE TABLE IF NOT EXISTS shop (
  shop_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  platform TEXT NOT NULL DEFAULT 'sandbox'
) STRICT, WITHOUT ROWID;

-- grain: one row per event of an act, in the order it happened: what a marketplace's gateway answers from
CREATE TABLE IF NOT EXISTS journal (
  seq INTEGER PRIMARY KEY,
  platform TEXT NOT NULL,
  shop_id TEXT NOT NULL,
  type TEXT NOT NULL,
  occurred_at_ms INTEGER NOT NULL,
  told_at_ms INTEGER NOT NULL,     -- the gateway knows of it from then on
  body BLOB NOT NULL               -- the event's JSON
) STRICT;
CREATE INDEX IF NOT EXISTS journal_told ON journal (platform, told_at_ms, seq);
CREATE INDEX IF NOT EXISTS journal_occurred ON journal (platform, occurred_at_ms, seq);

-- grain: one row per key that a gateway knows: who may call it, and for which shops
CREATE TABLE IF NOT EXISTS gateway_key (
  platform TEXT NOT NULL,
  app_key TEXT NOT NULL,
  secret TEXT NOT NULL,
  session TEXT NOT NULL DEFAULT '',
  shops TEXT NOT NULL,             -- JSON list of shop ids
  PRIMARY KEY (platform, app_key)
) STRICT, WITHOUT ROWID;

-- grain: one row per app that sellers may grant access to: its secret, its name, and where browsers may be sent back
CREATE TABLE IF NOT EXISTS gateway_app (
  platform TEXT NOT NULL,
  app_key TEXT NOT NULL,
  secret TEXT NOT NULL,
  name TEXT NOT NULL,
  backs TEXT NOT NULL,             -- JSON list of addresses
  PRIMARY KEY (platform, app_key)
) STRICT, WITHOUT ROWID;

-- grain: one row per platform: how its gateway behaves, as JSON
CREATE TABLE IF NOT EXISTS weather (platform TEXT PRIMARY KEY, told TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- grain: one row per thing a gateway keeps for itself: a link it made, a conversion it was sent, a click it was told of
CREATE TABLE IF NOT EXISTS notebook (
  seq INTEGER PRIMARY KEY,
  platform TEXT NOT NULL,
  page TEXT NOT NULL,              -- which kind of thing
  key TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  value BLOB NOT NULL,             -- JSON
  UNIQUE (platform, page, key)
) STRICT;

-- grain: one row per shop of which its marketplace says more than its name; null where it does not
CREATE TABLE IF NOT EXISTS shop_mark (
  shop_id TEXT PRIMARY KEY REFERENCES shop,
  kind TEXT,
  badge TEXT,
  category TEXT,
  scores TEXT NOT NULL,            -- JSON object of texts, by the name of the score
  observed_at_ms INTEGER           -- null: anew at the beginning of every day
) STRICT, WITHOUT ROWID;

-- grain: one row per item on sale
CREATE TABLE IF NOT EXISTS item (
  item_id TEXT PRIMARY KEY,
  shop_id TEXT NOT NULL REFERENCES shop,
  title TEXT NOT NULL,
  price_fen INTEGER NOT NULL CHECK (price_fen > 0),
  presale_deposit_fen INTEGER CHECK (presale_deposit_fen > 0 AND presale_deposit_fen < price_fen)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS item_by_shop ON item (shop_id, item_id);

-- grain: one row per item of which somebody said more than its price: whether it can be bought, and its category
CREATE TABLE IF NOT EXISTS shelf (
  item_id TEXT PRIMARY KEY REFERENCES item,
  on_sale INTEGER NOT NULL,
  in_stock INTEGER NOT NULL,
  category TEXT
) STRICT, WITHOUT ROWID;

-- grain: one row per buyer and shop: what the shop remembers of a guest
CREATE TABLE IF NOT EXISTS guest (
  buyer TEXT NOT NULL,
  shop_id TEXT NOT NULL REFERENCES shop,
  click_id TEXT,              -- the last click id seen
  click_item_id TEXT,         -- the item it led to; null for the shop's front
  click_seen_at_ms INTEGER,
  visited_at_ms INTEGER,
  followed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (buyer, shop_id)
) STRICT, WITHOUT ROWID;

-- grain: one row per buyer and favourite item
CREATE TABLE IF NOT EXISTS favourite (
  buyer TEXT NOT NULL,
  item_id TEXT NOT NULL REFERENCES item,
  PRIMARY KEY (buyer, item_id)
) STRICT, WITHOUT ROWID;

-- grain: one row per buyer and item in the cart
CREATE TABLE IF NOT EXISTS cart_line (
  buyer TEXT NOT NULL,
  item_id TEXT NOT NULL REFERENCES item,
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (buyer, item_id)
) STRICT, WITHOUT ROWID;

-- grain: one row per parent order
CREATE TABLE IF NOT EXISTS parent_order (
  order_no INTEGER PRIMARY KEY,
  order_id TEXT NOT NULL UNIQUE,
  buyer TEXT NOT NULL,
  shop_id TEXT NOT NULL REFERENCES shop,
  click_id TEXT,
  click_item_id TEXT,
  placed_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS order_by_buyer ON parent_order (buyer, order_no);

-- grain: one row per sub-order
CREATE TABLE IF NOT EXISTS sub_order (
  order_id TEXT NOT NULL REFERENCES parent_order (order_id),
  place INTEGER NOT NULL,
  sub_order_id TEXT NOT NULL UNIQUE,
  item_id TEXT NOT NULL,
  title TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  amount_fen INTEGER NOT NULL,
  deposit_fen INTEGER,
  paid_fen INTEGER NOT NULL DEFAULT 0 CHECK (paid_fen <= amount_fen),
  refunded_fen INTEGER NOT NULL DEFAULT 0 CHECK (refunded_fen <= paid_fen),
  stage TEXT NOT NULL DEFAULT 'placed',
  PRIMARY KEY (order_id, place)
) STRICT, WITHOUT ROWID;

-- grain: one row per refund
CREATE TABLE IF NOT EXISTS refund (
  refund_id TEXT PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES parent_order (order_id),
  sub_order_id TEXT NOT NULL REFERENCES sub_order (sub_order_id),
  amount_fen INTEGER NOT NULL CHECK (amount_fen > 0),
  refunded_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS refund_by_order ON refund (order_id);

-- grain: one row: the faults in force, as JSON
CREATE TABLE IF NOT EXISTS fault (only INTEGER PRIMARY KEY CHECK (only = 1), told TEXT NOT NULL) STRICT;

-- grain: one row per thing to send: an event, its repetition, or garbage
CREATE TABLE IF NOT EXISTS outbox (
  row_no INTEGER PRIMARY KEY,
  account TEXT,                    -- null until there is an account to send by
  shop_id TEXT NOT NULL,
  event_no TEXT NOT NULL,
  part TEXT NOT NULL,              -- event, repeat, broken_row, not_json, bad_signature
  body BLOB NOT NULL,              -- the row's JSON, or a whole body for not_json
  due_at_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'waiting',  -- waiting, delivered, refused
  outcome TEXT                     -- the receiver's word on this row
) STRICT;
CREATE INDEX IF NOT EXISTS outbox_waiting ON outbox (account, due_at_ms, row_no) WHERE state = 'waiting';

-- grain: one row per post that was made
CREATE TABLE IF NOT EXISTS delivery (
  post_no INTEGER PRIMARY KEY,
  posted_at_ms INTEGER NOT NULL,
  account TEXT NOT NULL,
  part TEXT NOT NULL,              -- events, not_json, bad_signature
  rows INTEGER NOT NULL,
  status INTEGER,                  -- null where no answer came
  verdict TEXT NOT NULL,           -- delivered, refused, retry, again
  detail TEXT NOT NULL
) STRICT;
