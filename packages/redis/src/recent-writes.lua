-- KEYS     the note that this user wrote, the time at which Redis began to remember (ms since 1970)
-- ARGV[1]  how long it has to remember, ms
-- returns  1 when the user wrote, or when Redis has not remembered for so long, else 0
-- Atomic, because time, note and beginning have to be one server's: servers' clocks differ.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.ceil(time[2] / 1000)
local since = tonumber(redis.call('GET', KEYS[2]))
if not since then
  redis.call('SET', KEYS[2], string.format('%.0f', now))
  return 1
end
if now - since < tonumber(ARGV[1]) then
  return 1
end
return redis.call('EXISTS', KEYS[1])
