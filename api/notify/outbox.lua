#!lua
-- The outbox: notes on their way, kept until they are handed over. One round trip each.
--
-- KEYS 1 due     sorted set: note id -> Unix time of its next attempt
--      2 notes   hash: note id -> note
--      3 told    sorted set: note id -> Unix time until which a repeat is recognised
--      4 read    hash: service date -> version up to which the log has been read
--
-- ARGV 1 "put"    2 service date, 3 version, 4 now, 5 told until, then note id, note, due ...
--                 a note that stands in `notes` or `told` is not put again; returns how many were
--      1 "claim"  2 now, 3 leave them alone until, 4 limit
--                 returns note id, note ... of what is due; a dead claimer's come back by themselves
--      1 "done"   2 note id
--      1 "later"  2 note id, 3 note, 4 due

local act = ARGV[1]

if act == "put" then
  local version = tonumber(ARGV[3])
  if version > tonumber(redis.call("HGET", KEYS[4], ARGV[2]) or "0") then
    redis.call("HSET", KEYS[4], ARGV[2], ARGV[3])
  end
  redis.call("ZREMRANGEBYSCORE", KEYS[3], "-inf", ARGV[4])
  local put = 0
  for i = 6, #ARGV, 3 do
    local id = ARGV[i]
    if not redis.call("ZSCORE", KEYS[3], id) then
      redis.call("ZADD", KEYS[3], ARGV[5], id)
      redis.call("HSET", KEYS[2], id, ARGV[i + 1])
      redis.call("ZADD", KEYS[1], ARGV[i + 2], id)
      put = put + 1
    end
  end
  return put
end

if act == "claim" then
  local claimed = {}
  for _, id in ipairs(redis.call("ZRANGEBYSCORE", KEYS[1], "-inf", ARGV[2], "LIMIT", 0, ARGV[4])) do
    local note = redis.call("HGET", KEYS[2], id)
    if note then
      redis.call("ZADD", KEYS[1], ARGV[3], id)
      claimed[#claimed + 1] = id
      claimed[#claimed + 1] = note
    else
      redis.call("ZREM", KEYS[1], id)
    end
  end
  return claimed
end

if act == "done" then
  redis.call("HDEL", KEYS[2], ARGV[2])
  return redis.call("ZREM", KEYS[1], ARGV[2])
end

if redis.call("HEXISTS", KEYS[2], ARGV[2]) == 1 then
  redis.call("HSET", KEYS[2], ARGV[2], ARGV[3])
  redis.call("ZADD", KEYS[1], ARGV[4], ARGV[2])
end
return 1
