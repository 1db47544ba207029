-- Sends the requests of a file (see wrk.ts for its format), each with a unique value spliced in, and prints
-- the result as one line of JSON.

local before, after, count = {}, {}, 0
local sent = 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  while true do
    local line = file:read("*l")
    if not line then break end
    local first, second = line:match("(%d+) (%d+)")
    count = count + 1
    before[count] = file:read(tonumber(first))
    after[count] = file:read(tonumber(second))
    file:read("*l")
  end
  file:close()
  sent = os.time() * 1000003
  -- Splicing a large body for every request would cost more than what the proxies do with it.
  if #after[1] > 16384 then
    for index = 1, count do
      before[index] = before[index] .. unique(index) .. after[index]
    end
    request = function()
      sent = sent + 1
      return before[sent % count + 1]
    end
  end
end

function unique(number)
  return string.format("%016x", number)
end

function request()
  sent = sent + 1
  local index = sent % count + 1
  return before[index] .. unique(sent) .. after[index]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"bytes":%d,"errors":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, summary.bytes,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status,
    latency:percentile(50), latency:percentile(99)))
end
