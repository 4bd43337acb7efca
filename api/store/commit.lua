#!lua
-- Write a batch of commits, or nothing. One round trip; the server runs a script alone.
--
-- KEYS  1             fence      counter; moved by whoever takes over or doubts a lost reply
--       2             versions   hash: service date -> version
--       3             contacts   hash: booking id -> contact, apart from every log
--       then per day  events     stream: one entry per commit, id = version-0
--                     snapshot   string: state of the day at some version
--       then per answer          string: answer on record, expires
--
-- ARGV  1   the fence that the writer knows
--       2   channel to publish on
--       3   token of this batch, kept with each entry so that a lost reply can be looked up
--       4   seconds an answer is kept
--       5-7 n days, n answers, n contacts
--       then per day      service date, version before, snapshot ("" for none),
--                         n commits, and each commit's events as JSON
--       then per answer   the record
--       then per contact  booking id, the contact
--
-- Returns {"committed"}
--      or {"fenced"}                            another writer took over; read the log again
--      or {"conflict", service date, version}   the log of that day stands elsewhere
--      or {"answered", record or "", ...}       for some answers there is a record already

local fence = redis.call("GET", KEYS[1]) or "0"
if fence ~= ARGV[1] then
  return { "fenced" }
end

local n_days, n_answers, n_contacts = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

local answered, repeated = { "answered" }, false
for i = 1, n_answers do
  local record = redis.call("GET", KEYS[3 + 2 * n_days + i])
  repeated = repeated or record
  answered[i + 1] = record or ""
end
if repeated then
  return answered
end

local days, at = {}, 8
for i = 1, n_days do
  local day = { date = ARGV[at], base = tonumber(ARGV[at + 1]), snapshot = ARGV[at + 2],
                n = tonumber(ARGV[at + 3]), first = at + 4 }
  local version = tonumber(redis.call("HGET", KEYS[2], day.date) or "0")
  if version ~= day.base then
    return { "conflict", day.date, tostring(version) }
  end
  days[i], at = day, day.first + day.n
end

for i, day in ipairs(days) do
  for k = 1, day.n do
    local id = string.format("%d-0", day.base + k)
    redis.call("XADD", KEYS[2 + 2 * i], id, "t", ARGV[3], "e", ARGV[day.first + k - 1])
  end
  if day.n > 0 then
    redis.call("HSET", KEYS[2], day.date, string.format("%d", day.base + day.n))
  end
  if day.snapshot ~= "" then
    redis.call("SET", KEYS[3 + 2 * i], day.snapshot)
  end
end
for i = 1, n_answers do
  redis.call("SET", KEYS[3 + 2 * n_days + i], ARGV[at], "EX", ARGV[4])
  at = at + 1
end
for _ = 1, n_contacts do
  redis.call("HSET", KEYS[3], ARGV[at], ARGV[at + 1])
  at = at + 2
end
for _, day in ipairs(days) do
  if day.n > 0 then
    -- whoever misses it finds the commit in the log
    redis.pcall("PUBLISH", ARGV[2], day.date .. " " .. string.format("%d", day.base + day.n))
  end
end
return { "committed" }
