-- Every request by another reader, so that none repeats another. Arguments: a file of requests with "{n}" where the
-- number goes, NUL between them, and a word that no other run has.
local threads = 0

function setup(thread)
  thread:set("lane", threads)
  threads = threads + 1
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local text = file:read("*a")
  file:close()
  pieces = {}
  for one in text:gmatch("[^%z]+") do
    local cut = {}
    for piece in (one .. "{n}"):gmatch("(.-){n}") do cut[#cut + 1] = piece end
    pieces[#pieces + 1] = cut
  end
  word, counter, count = args[2] .. lane .. "x", 0, #pieces
end

function request()
  counter = counter + 1
  return table.concat(pieces[counter % count + 1], string.format("%s%09d", word, counter))
end

function done(summary, latency)
  local lost = summary.errors
  io.write(string.format(
    '\n{"answered":%d,"took_us":%d,"p50_us":%d,"p99_us":%d,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), lost.status,
    lost.connect + lost.read + lost.write + lost.timeout
  ))
end
