#!lua
-- Hold or release the lease of an area.
--
-- KEYS  1  lease    string: token of the holder, expires
--       2  fence    counter: moved when the holder changes, so that a late commit of the one
--                   before is refused
-- ARGV  1  "hold", "take" (even from somebody else) or "release"
--       2  token of the caller
--       3  milliseconds until it expires, unless held again
--
-- Returns the fence if the caller holds the lease afterwards, else -1

local holder = redis.call("GET", KEYS[1])
if ARGV[1] == "release" then
  if holder == ARGV[2] then
    redis.call("DEL", KEYS[1])
  end
  return -1
end
if holder and holder ~= ARGV[2] and ARGV[1] ~= "take" then
  return -1
end
if holder ~= ARGV[2] then
  redis.call("INCR", KEYS[2])
end
redis.call("SET", KEYS[1], ARGV[2], "PX", ARGV[3])
return tonumber(redis.call("GET", KEYS[2]))
